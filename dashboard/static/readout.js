// Reads a chart out point by point: under the pointer or a finger, and by arrow keys. What is said
// stands in the drawing's titles, which browsers show too late, and never on a touch screen.
(function () {
  "use strict";
  const GAP = 8; // pixels between the words and the edge of the page, and of the point
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  let now = null; // the point that is read out
  let place = ""; // of the pointer

  // Its own title is the chart's name. Those of its points become our notes, or a browser would
  // show each a second time.
  function points(chart) {
    for (const title of chart.querySelectorAll("title")) {
      if (title.parentNode === chart) continue;
      title.parentNode.dataset.note = title.textContent;
      title.remove();
    }
    const noted = [...chart.querySelectorAll("[data-note]")];
    const columns = noted.filter((mark) => mark.classList.contains("hover"));
    return columns.length ? columns : noted;
  }

  function words() {
    let shown = document.getElementById("readout");
    if (!shown) {
      shown = document.createElement("p");
      shown.id = "readout";
      shown.setAttribute("role", "status");
      document.body.append(shown);
    }
    return shown;
  }

  function read(mark) {
    if (mark === now) return;
    now?.classList.remove("read");
    now = mark;
    const shown = words();
    shown.textContent = mark?.dataset.note ?? "";
    if (!mark) return;
    mark.classList.add("read");
    const at = mark.getBoundingClientRect();
    const room = document.documentElement.clientWidth - shown.offsetWidth - GAP;
    const middle = at.left + at.width / 2 - shown.offsetWidth / 2;
    const above = at.top - shown.offsetHeight - GAP;
    shown.style.left = `${scrollX + Math.max(GAP, Math.min(middle, room))}px`;
    shown.style.top = `${scrollY + (above > GAP ? above : at.bottom + GAP)}px`;
  }

  function under(event) {
    const chart = event.target.closest?.("svg.chart");
    if (!chart) return null;
    return points(chart).find((mark) => mark.contains(event.target)) ?? null;
  }

  // A page that scrolls under a pointer at rest is no wish of the reader, perhaps one of arrow keys.
  function moved(event) {
    const before = place;
    place = `${event.clientX} ${event.clientY}`;
    return place !== before;
  }

  document.addEventListener("pointermove", moved);
  document.addEventListener("pointerover", (event) => {
    if (moved(event)) read(under(event));
  });
  document.addEventListener("pointerdown", (event) => read(under(event)));
  document.addEventListener("focusout", () => read(null));
  document.addEventListener("keydown", (event) => {
    const chart = event.target.closest?.("svg.chart");
    if (!chart) return;
    if (event.key === "Escape") read(null);
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const marks = points(chart);
    const from = marks.indexOf(now);
    const to = from < 0 ? marks.length - 1 : from + STEPS[event.key];
    read(marks[Math.max(0, Math.min(to, marks.length - 1))]);
  });

  function reach() {
    read(null);
    for (const chart of document.querySelectorAll("svg.chart"))
      if (chart.querySelectorAll("title").length > 1) chart.setAttribute("tabindex", "0");
    for (const hint of document.querySelectorAll("[data-scripted]")) hint.hidden = false;
  }
  document.addEventListener("htmx:after:swap", reach);
  reach();
})();
