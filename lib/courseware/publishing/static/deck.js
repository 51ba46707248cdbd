// The deck, and slides that are higher than the screen made to fit.
const HEIGHT = 720;
const WIDTH = 1280;

function fit(slide) {
  if (!slide || slide.dataset.fits) return;
  if (slide.classList.contains("stack")) return;
  const factor = Math.min(1, HEIGHT / slide.scrollHeight, WIDTH / slide.scrollWidth);
  if (factor < 1) slide.style.zoom = factor;
  slide.dataset.fits = factor;
}

Reveal.initialize({
  width: WIDTH,
  height: HEIGHT,
  margin: 0.04,
  center: false,
  hash: true,
  slideNumber: "c/t",
  transition: "none",
  plugins: [RevealNotes],
}).then(() => {
  fit(Reveal.getCurrentSlide());
  Reveal.on("slidechanged", (event) => fit(event.currentSlide));
});
