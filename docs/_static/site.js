// Gives every cell the heading of its column, which a narrow screen shows before it, and makes a table that is too wide denser (site.css).
document.addEventListener("DOMContentLoaded", () => {
  const tables = [...document.querySelectorAll("table.docutils")];
  for (const table of tables) {
    const headings = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
    if (headings.length < 2) continue;
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, index) => { cell.dataset.heading = headings[index] ?? ""; });
    }
    table.classList.add("cards");
  }
  const fit = () => {
    for (const table of tables) {
      table.classList.remove("dense", "breaking");
      for (const name of ["dense", "breaking"]) {
        if (table.parentElement.scrollWidth > table.parentElement.clientWidth) table.classList.add(name);
      }
    }
  };
  fit();
  window.addEventListener("resize", fit);
});
