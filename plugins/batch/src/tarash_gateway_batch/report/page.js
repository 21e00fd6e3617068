"use strict";
const cards = [...document.querySelectorAll(".card")];
const filter = document.querySelector(".filter");
const words = filter.querySelector("input");
const provider = filter.querySelector("select");
const states = [...filter.querySelectorAll("button")];
const shown = filter.querySelector("output");
const none = document.querySelector(".none");
const texts = new Map();

function textOf(card) {
  if (!texts.has(card)) texts.set(card, card.textContent.toLowerCase());
  return texts.get(card);
}

function apply() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const pressed = states.filter((item) => item.ariaPressed === "true").map((item) => item.value);
  let count = 0;
  for (const card of cards) {
    const fits =
      (pressed.length === 0 || pressed.includes(card.dataset.state)) &&
      (provider.value === "" || provider.value === card.dataset.provider) &&
      wanted.every((word) => textOf(card).includes(word));
    card.hidden = !fits;
    if (fits) count += 1;
  }
  shown.textContent = `${count} of ${cards.length} shown`;
  none.hidden = count > 0;
}

for (const item of states) {
  item.addEventListener("click", () => {
    item.ariaPressed = item.ariaPressed === "true" ? "false" : "true";
    apply();
  });
}
words.addEventListener("input", apply);
provider.addEventListener("change", apply);
// a browser keeps what was typed when the page is loaded again
filter.hidden = false;
apply();

// the controls would cover the posters, so they come with the first play
for (const video of document.querySelectorAll("video")) {
  video.controls = false;
  const play = document.createElement("button");
  play.className = "play";
  play.type = "button";
  play.ariaLabel = "Play";
  play.addEventListener("click", () => {
    play.remove();
    video.controls = true;
    video.focus();
    video.play();
  });
  video.after(play);
}
// one at a time
document.addEventListener("play", (event) => {
  for (const video of document.querySelectorAll("video")) if (video !== event.target) video.pause();
}, true);
