/** Trained weights, which are not read: they fill parameters that are there, and make none. */

export const NOT_LOADED = "pretrained weights are not loaded";
export const NOT_READ = "files of weights are not read";

export const SHAPELESS = "they are taken to change no shape";

/** Going through them, as when they are copied into a network by their names, changes no shape. */
export function areWeights(reason: string): boolean {
  return reason === NOT_LOADED || reason === NOT_READ;
}
