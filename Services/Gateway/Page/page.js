// The page: its two views, its colours, and what both views use.

import { storedToken, whenTokenIsNeeded } from "./gateway.js";
import * as mesh from "./mesh.js";
import * as photographs from "./photographs.js";

export function byID(id) { return document.getElementById(id); }

/** An element with properties and children; text is never markup. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** Tells those who listen to the page. */
export function announce(text) { byID("announcer").textContent = text; }

let noticeTimer;
export function notice(text) {
  const box = byID("notice");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { box.hidden = true; }, 5000);
}

// Views

const views = ["photographs", "mesh"];

function showView() {
  const wanted = views.includes(location.hash.slice(1)) ? location.hash.slice(1) : views[0];
  for (const view of views) {
    byID(view).hidden = view !== wanted;
    if (view === wanted) byID(`to-${view}`).setAttribute("aria-current", "page");
    else byID(`to-${view}`).removeAttribute("aria-current");
  }
  document.title = wanted === "mesh" ? "The mesh – CaptionMesh" : "CaptionMesh";
  mesh.watch(wanted === "mesh");
}

// Colours

const themes = ["system", "light", "dark"];

function showTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byID("theme").setAttribute("aria-label", `Colours: ${theme === "system" ? "as the system" : theme}`);
  localStorage.setItem("captionmesh-theme", theme);
}

// Tokens

let asking;
function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = byID("token-dialog");
    byID("token").value = "";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      asking = undefined;
      const token = dialog.returnValue === "use" ? byID("token").value.trim() : "";
      if (token) storedToken.value = token;
      resolve(Boolean(token));
    }, { once: true });
  });
  return asking;
}

addEventListener("hashchange", showView);
byID("theme").addEventListener("click", () => {
  const now = localStorage.getItem("captionmesh-theme") ?? "system";
  showTheme(themes[(themes.indexOf(now) + 1) % themes.length]);
});
showTheme(localStorage.getItem("captionmesh-theme") ?? "system");
whenTokenIsNeeded(askForToken);
photographs.begin();
showView();
