/** Colours as three numbers from 0 to 255, and ramps of them. */

export type Colour = readonly [red: number, green: number, blue: number];

/** The colour a share `t` of the way from one to the other. */
export function mix(from: Colour, to: Colour, t: number): Colour {
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
}

/** The colour, brighter or darker. */
export function shade([red, green, blue]: Colour, factor: number): Colour {
  return [red * factor, green * factor, blue * factor];
}

/** A colour of a ramp of evenly spaced stops; `t` runs from 0 to 1 and is clamped. */
export function along(ramp: readonly Colour[], t: number): Colour {
  const at = Math.min(Math.max(t, 0), 1) * (ramp.length - 1);
  const stop = Math.min(Math.floor(at), ramp.length - 2);
  return mix(ramp[stop], ramp[stop + 1], at - stop);
}

/**
 * Ten stops of inferno (Stéfan van der Walt and Nathaniel Smith, matplotlib, CC0): perceptually even, dark to bright.
 */
export const INFERNO: readonly Colour[] = [
  [0, 0, 4],
  [27, 12, 65],
  [74, 12, 107],
  [120, 28, 109],
  [165, 44, 96],
  [207, 68, 70],
  [237, 105, 37],
  [251, 155, 6],
  [247, 209, 61],
  [252, 255, 164],
];

/** Heights, lowland to summit: muted greens, ochre, stone. */
export const EARTH: readonly Colour[] = [
  [122, 140, 116],
  [150, 160, 126],
  [181, 178, 142],
  [196, 180, 146],
  [181, 158, 130],
  [189, 176, 160],
  [222, 216, 208],
];
