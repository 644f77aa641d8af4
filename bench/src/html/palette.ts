/** Colours that differ for all kinds of colour vision (after Okabe and Ito), each for light and for dark backgrounds. */
import type { Variant } from "../macro/kernels.ts";

const colours = {
  ink: ["#1b1f24", "#e8eaed"],
  faint: ["#5b6470", "#a4adb8"],
  grid: ["#dfe3e8", "#343a42"],
  paper: ["#ffffff", "#16191d"],
  blue: ["#0072b2", "#4aa3df"],
  orange: ["#d98200", "#e69f00"],
  green: ["#008a66", "#22b98f"],
  red: ["#c44600", "#f0773a"],
  purple: ["#b3508c", "#d98bb8"],
  sky: ["#3a9bd1", "#7cc4ee"],
  yellow: ["#b8a800", "#f0e442"],
  grey: ["#8a929c", "#8a929c"],
} as const;

type Colour = keyof typeof colours;

/** A colour as an attribute of an SVG in the page: what the page's style says. */
export function inPage(colour: Colour): string {
  return `var(--${colour})`;
}

/** An SVG on its own has no page: its colours are the light ones, on paper. */
export function onPaper(svg: string): string {
  const plain = svg.replaceAll(/var\(--(\w+)\)/g, (whole, name: string) =>
    Object.hasOwn(colours, name) ? colours[name as Colour][0] : whole,
  );
  return plain.replace(/^(<svg[^>]*>)/, `$1<rect width="100%" height="100%" fill="${colours.paper[0]}"/>`);
}

export const styleOfColours = `:root { color-scheme: light dark; ${declarations(0)} }
@media (prefers-color-scheme: dark) { :root { ${declarations(1)} } }`;

function declarations(which: 0 | 1): string {
  return Object.entries(colours)
    .map(([name, pair]) => `--${name}: ${pair[which]};`)
    .join(" ");
}

export const variantColours: Readonly<Record<Variant, Colour>> = {
  serial: "grey",
  threads: "orange",
  isles: "blue",
  piscina: "green",
  comlink: "purple",
};

/** Of the parts of a site's time, in the order of `PARTS`. */
export const partColours: readonly Colour[] = ["blue", "sky", "orange", "red", "green", "grey", "yellow"];
