// What a filter leaves to say once htmx has put the new page in the old one's place.
(function () {
  "use strict";
  const MOMENT = 100; // milliseconds: a live region is read when it changes after it was put in
  function asked(event) {
    return event.detail.ctx?.request.action;
  }
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target !== document.body) return; // a table was opened
    const said = document.getElementById("said");
    const main = document.getElementById("main");
    const status = main?.querySelector(".status") ?? main?.querySelector("h1");
    // What had the focus is gone (a way to clear the filters): it is not to start anew at the top.
    if (document.activeElement === document.body)
      document.getElementById("show")?.focus({ preventScroll: true });
    if (said && status) setTimeout(() => { said.textContent = status.textContent; }, MOMENT);
  });
  // No answer, or none with the table that was opened (signed out, a fault): the browser asks as it
  // would without scripts, and says what is wrong.
  document.addEventListener("htmx:before:swap", (event) => {
    const part = event.detail.tasks?.find((task) => task.type === "main");
    if (!event.detail.ctx?.select || part?.fragment.childElementCount) return;
    event.preventDefault();
    location.assign(asked(event));
  });
  document.addEventListener("htmx:error", (event) => {
    if (asked(event)) location.assign(asked(event));
  });
})();
