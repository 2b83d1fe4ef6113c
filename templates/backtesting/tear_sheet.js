
(() => {
  "use strict";

  // Charts take their colours from the style sheet, in the light, in the dark and on paper.
  const source = document.getElementById("figures");
  const touch = matchMedia("(pointer: coarse)").matches;
  const settings = { displayModeBar: false, responsive: true };
  const draw = () => {
    const style = getComputedStyle(document.documentElement);
    const coloured = (key, value) =>
      typeof value === "string" && value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
    for (const { id, data, layout } of JSON.parse(source.textContent, coloured)) {
      layout.dragmode = touch ? false : "zoom";
      Plotly.react(id, data, layout, settings);
    }
  };
  if (source && window.Plotly) {
    const printing = document.documentElement.classList;
    document.documentElement.classList.add("drawn");
    draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    addEventListener("beforeprint", () => { printing.add("printing"); draw(); });
    addEventListener("afterprint", () => { printing.remove("printing"); draw(); });
  }

  // A click on the head of a column sorts by it; what is no number sorts as text, what is empty comes last.
  const valueOf = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = Number(text.replace(/[,%\s]/g, ""));
    return text === "" || text === "–" ? null : Number.isNaN(number) ? text : number;
  };
  const compare = (a, b, direction) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    return direction * order;
  };
  for (const button of document.querySelectorAll("table.sortable thead button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const body = head.closest("table").tBodies[0];
      const direction = head.ariaSort === "ascending" ? -1 : 1;
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [valueOf(row, head.cellIndex), row]);
      rows.sort((a, b) => compare(a[0], b[0], direction));
      body.append(...rows.map(([, row]) => row));
    });
  }
})();
