/** Arguments of layers as Keras 1 and 2 name them. https://github.com/keras-team/tf-keras */

/** Arguments that no shape or cost depends on: how weights begin and are bounded, how a step is carried out. */
import { entryOf } from "../../base/table.ts";
export const WITHOUT_SHAPE =
  /(initializer|regularizer|constraint)$|^lora_|^(init|inner_init|forget_bias_init|gamma_init|beta_init|[WbU]_\w+)$|^(fused|virtual_batch_size|adjustment|implementation|input_length)$/;

/** Names that Keras 1 had, and what they are called since. */
const RENAMED: Readonly<Record<string, string>> = {
  nb_filter: "filters",
  subsample: "strides",
  border_mode: "padding",
  bias: "use_bias",
  atrous_rate: "dilation_rate",
  output_dim: "units",
  p: "rate",
  pool_length: "pool_size",
  filter_length: "kernel_size",
  subsample_length: "strides",
};

/** Names that one class alone had. */
const RENAMED_BY_CLASS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  LeakyReLU: { alpha: "negative_slope" },
};

/** What an argument is called today: a name that the class has stays what it is. */
export function currentName(cls: string, given: string, names: ReadonlySet<string>): string {
  if (names.has(given)) return given;
  const renamed = entryOf(entryOf(RENAMED_BY_CLASS, cls), given) ?? entryOf(RENAMED, given);
  return renamed !== undefined && names.has(renamed) ? renamed : given;
}
