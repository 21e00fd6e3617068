// How the search ranks what it finds: Sphinx's own weights, and a section with exactly the name searched for, such as a model, first.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: ([, title, , , score]) => {
    const query = (new URLSearchParams(window.location.search).get("q") ?? "").trim().toLowerCase();
    const section = title.toLowerCase().split(" > ").pop();
    if (section === query) return score + 200;
    return query && section.includes(query) ? score + 100 : score;
  },
};
