// What style sheets cannot do: boxes that scroll and the phone's menus by the keyboard, and
// definitions that stay in the window.

// A box takes the keyboard only while something in it is out of sight.
const BOXES = "pre, .table-wrapper, table, .formula, .cell_output .output";

function scrolls(box) {
  const overflow = getComputedStyle(box).overflowX;
  return /auto|scroll/.test(overflow) && box.scrollWidth > box.clientWidth;
}

const sizes = new ResizeObserver((changes) => {
  for (const { target: box } of changes) {
    if (scrolls(box)) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
});

// A picture that the window shrinks to less than two thirds can be seen in its own size.
function offerWhole(image) {
  if (!image.clientWidth || image.clientWidth >= 0.66 * image.naturalWidth) return;
  const box = document.createElement("div");
  const button = document.createElement("button");
  box.className = "picture-box";
  button.className = "larger";
  button.textContent = "⤢ larger";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const whole = box.classList.toggle("whole");
    button.setAttribute("aria-pressed", String(whole));
    if (whole) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  image.replaceWith(box, button);
  box.append(image);
}

// Menus of a phone, by the boxes that open them.
const MENUS = { __navigation: ".sidebar-drawer", __toc: ".toc-drawer" };

// The theme opens its menus by labels of hidden boxes, which no key reaches.
function makeButton(label) {
  const box = document.getElementById(label.htmlFor);
  const button = label.firstElementChild;
  button.setAttribute("role", "button");
  button.setAttribute("aria-label", box.getAttribute("aria-label"));
  button.tabIndex = 0;
  const say = () => button.setAttribute("aria-expanded", String(box.checked));
  box.addEventListener("change", say);
  say();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.checked && button.checkVisibility()) button.focus();
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    box.click();
    // In the page's order the menu stands far from its button: the next key goes on in it.
    const menu = document.querySelector(MENUS[box.id]);
    const link = [...menu.querySelectorAll("a")].find((one) => one.checkVisibility());
    if (box.checked) link?.focus();
  });
}

// What the theme sets beside the text, by name.
const ASIDES = { ".sidebar-drawer": "All pages", ".toc-drawer": "On this page" };

function closeMenus() {
  for (const box of document.querySelectorAll(".sidebar-toggle:checked")) box.click();
}

// A definition begins below its term, and moves to the left where the window ends.
function place(term) {
  const means = term.querySelector(".means");
  const word = term.getBoundingClientRect();
  const room = document.documentElement.clientWidth - 8;
  const width = Math.min(means.offsetWidth || 320, room);
  const left = Math.max(8, Math.min(word.left, room - width));
  means.style.setProperty("--moved", `${left - word.left}px`);
  means.style.setProperty("--in-window", `${left}px`);
  means.style.setProperty("--below", `${word.bottom}px`);
}

function watch(term) {
  for (const kind of ["mouseenter", "focusin"]) {
    term.addEventListener(kind, () => {
      term.classList.remove("closed");
      place(term);
    });
  }
  // A finger's first tap shows, the second one follows.
  term.addEventListener("pointerdown", (event) => {
    term.dataset.tap = String(event.pointerType === "touch" && !term.matches(":focus-within"));
  });
  term.addEventListener("click", (event) => {
    if (term.dataset.tap !== "true") return;
    event.preventDefault();
    term.querySelector("a").focus();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll(BOXES)) sizes.observe(box);
  for (const label of document.querySelectorAll("label:is(.nav-overlay-icon, .toc-overlay-icon)")) {
    makeButton(label);
  }
  for (const [aside, name] of Object.entries(ASIDES)) {
    document.querySelector(aside)?.setAttribute("aria-label", name);
  }
  for (const term of document.querySelectorAll(".term")) watch(term);
  for (const image of document.querySelectorAll("article img")) {
    if (image.complete) offerWhole(image);
    else image.addEventListener("load", () => offerWhole(image));
  }
  document.querySelector(".toc-drawer")?.addEventListener("click", (event) => {
    if (event.target.closest("a")) closeMenus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    closeMenus();
    for (const term of document.querySelectorAll(".term:is(:hover, :focus-within)")) {
      term.classList.add("closed");
    }
  });
});
