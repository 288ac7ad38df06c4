"use strict";
// Sorts and filters the matrix, and opens what a link leads to. Without it the page reads all the same.
(() => {
  document.documentElement.classList.add("scripted");
  const grid = document.getElementById("grid");

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let e = target; e; e = e.parentElement) {
      if (e.tagName === "DETAILS") e.open = true;
      e.hidden = false;
    }
    target.scrollIntoView();
    const focus = target.querySelector("summary, h4") || target;
    if (!focus.matches("summary")) focus.setAttribute("tabindex", "-1");
    focus.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  // a click on the link of what is open already changes no hash
  addEventListener("click", event => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  if (location.hash) reveal();

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.pair:not([open])")].filter(d => d.querySelector(".tag:not(.maybe)"));
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });

  if (!grid) return;
  const body = grid.tBodies[0];
  const rows = [...body.rows];
  const $ = id => document.getElementById(id);
  const fold = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  for (const row of rows) {
    row.folded = fold(row.dataset.search);
    row.words = [...row.querySelectorAll("a.chip[href]")].map(link => document.getElementById(link.hash.slice(1)));
  }

  const filter = () => {
    const words = fold($("search").value).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      row.hidden = !words.every(word => row.folded.includes(word)) ||
        ($("kind").value && row.dataset.kind !== $("kind").value) ||
        ($("only-moved").checked && row.dataset.moved !== "1");
      for (const words of row.words) words.hidden = row.hidden;
      left += !row.hidden;
    }
    $("count").textContent = `${left} of ${rows.length}`;
    $("none").hidden = left > 0;
  };

  const place = order => body.append(...[...rows].sort(order));
  const name = row => row.cells[0].textContent;
  const orders = {
    moved: (a, b) => rows.indexOf(a) - rows.indexOf(b),
    name: (a, b) => name(a).localeCompare(name(b)),
    known: (a, b) => b.dataset.known - a.dataset.known || orders.moved(a, b),
  };
  const headers = [...grid.tHead.rows[0].cells];
  const unmark = () => headers.forEach(header => header.removeAttribute("aria-sort"));
  $("order").addEventListener("change", () => { unmark(); place(orders[$("order").value]); });

  headers.slice(1).forEach((header, index) => header.firstElementChild.addEventListener("click", () => {
    const down = header.getAttribute("aria-sort") !== "descending";
    unmark();
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = row => row.cells[index + 1].dataset.v;
    place((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === undefined || y === undefined) return (x === undefined) - (y === undefined) || orders.moved(a, b);
      return (down ? y - x : x - y) || orders.moved(a, b);
    });
  }));

  $("controls").addEventListener("input", filter);
  $("controls").addEventListener("submit", event => event.preventDefault());
  filter();
})();
