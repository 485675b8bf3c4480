// The progress of a run, looked at again while it lasts; without scripts the page reloads itself.
(function () {
  "use strict";
  const SECONDS = 3;
  const HELD = "a, button, [tabindex]";
  async function look() {
    const shown = document.getElementById("progress");
    if (!shown.hasAttribute("data-waits")) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("progress");
      if (answer.ok && fresh) {
        const held = [...shown.querySelectorAll(HELD)].indexOf(document.activeElement);
        shown.replaceWith(document.adoptNode(fresh));
        fresh.querySelectorAll(HELD)[held]?.focus();
      }
      const foot = page.querySelector("footer");
      if (foot) document.querySelector("footer").replaceWith(document.adoptNode(foot));
    } catch {
      // The dashboard is away for a moment: what is shown stays, and it is asked again.
    }
    setTimeout(look, SECONDS * 1000);
  }
  setTimeout(look, SECONDS * 1000);
})();
