/** What torch refuses of arguments that no figure is of: states of recurrent layers and masks of attention (torch 1.13). */
import { toItems, type Value } from "../../../interpret/values.ts";
import { differ, type Given, type Refusal, type Sizes, show, sizesOf } from "./given.ts";

/** The states that a recurrent layer is given, by the names that torch calls them. */
function states(given: Given, isLstm: boolean): readonly (readonly [string, Sizes])[] {
  const hx = given.value("hx");
  const all: readonly Value[] = isLstm ? (toItems(hx) ?? []) : [hx];
  return all.flatMap((value, i): (readonly [string, Sizes])[] => {
    const shape = value === undefined || value === null ? undefined : sizesOf(value);
    return shape ? [[isLstm ? `hidden[${i}]` : "hidden", shape]] : [];
  });
}

const same = (a: Sizes, b: Sizes): boolean =>
  a.length === b.length && !a.some((size, i) => differ(size, b[i]));

const recurrent =
  (isLstm: boolean): Refusal =>
  (given) => {
    const input = given.shape("input");
    const [layers, hidden] = [given.number("num_layers"), given.number("hidden_size")];
    if (input === undefined || input.length < 2 || layers === undefined || hidden === undefined)
      return undefined;
    const batched = input.length === 3;
    const batch = batched ? [input[given.value("batch_first") === true ? 0 : 1]] : [];
    const rows = layers * (given.value("bidirectional") === true ? 2 : 1);
    const projected = isLstm ? given.number("proj_size") : 0;
    const found = states(given, isLstm);
    if (isLstm && sizesOf(given.value("hx"))) return "hx should be a tuple of two tensors, (h_0, c_0)";
    for (const [i, [name, shape]] of found.entries()) {
      if (shape.length !== batch.length + 2)
        return `For ${batched ? "batched 3-D" : "unbatched 2-D"} input, hx should also be ${batch.length + 2}-D but got ${shape.length}-D tensor`;
      const size = i === 0 && projected ? projected : hidden;
      const expected = [rows, ...batch, size];
      if (!same(shape, expected)) return `Expected ${name} size ${show(expected)}, got ${show(shape)}`;
    }
    return undefined;
  };

const cell =
  (isLstm: boolean): Refusal =>
  (given) => {
    const [input, hidden] = [given.shape("input"), given.number("hidden_size")];
    if (!input || hidden === undefined) return undefined;
    for (const [, shape] of states(given, isLstm)) {
      if (shape.length !== input.length) continue;
      if (input.length === 2 && differ(shape[0], input[0]))
        return `Input batch size ${input[0]} doesn't match hidden0 batch size ${shape[0]}`;
      if (differ(shape.at(-1), hidden))
        return `hidden0 has inconsistent hidden_size: got ${shape.at(-1)}, expected ${hidden}`;
    }
    return undefined;
  };

const isWhole = (dtype: string | undefined): boolean => dtype !== undefined && /^int/.test(dtype);

const attention: Refusal = (given) => {
  const [query, key, value] = [given.shape("query"), given.shape("key"), given.shape("value")];
  const heads = given.number("num_heads");
  if (query?.length !== 3 || key?.length !== 3 || value?.length !== 3 || heads === undefined)
    return undefined;
  const samples = given.value("batch_first") === true ? 0 : 1;
  const length = 1 - samples;
  if (differ(key[0], value[0]) || differ(key[1], value[1]))
    return `key shape ${show(key)} does not match value shape ${show(value)}`;
  const batch = query[samples];
  if (differ(batch, key[samples]))
    return `queries of ${batch} samples and keys of ${key[samples]} do not go together`;
  const mask = given.shape("attn_mask");
  const [rows, columns] = [query[length], key[length]];
  if (isWhole(given.dtype("attn_mask")))
    return `Only float, byte, and bool types are supported for attn_mask, not ${given.dtype("attn_mask")}`;
  if (mask && mask.length !== 2 && mask.length !== 3)
    return `attn_mask's dimension ${mask.length} is not supported`;
  const wanted = mask?.length === 3 && batch !== undefined ? [batch * heads, rows, columns] : [rows, columns];
  if (mask && (mask.length === 2 || batch !== undefined) && !same(mask, wanted))
    return `The shape of the ${mask.length}D attn_mask is ${show(mask)}, but should be ${show(wanted)}.`;
  const padding = given.shape("key_padding_mask");
  if (isWhole(given.dtype("key_padding_mask")))
    return "only bool and floating types of key_padding_mask are supported";
  return padding && !same(padding, [batch, columns])
    ? `expecting key_padding_mask shape of ${show([batch, columns])}, but got ${show(padding)}`
    : undefined;
};

export const REFUSED_BESIDE: Readonly<Record<string, Refusal>> = {
  RNN: recurrent(false),
  GRU: recurrent(false),
  LSTM: recurrent(true),
  RNNCell: cell(false),
  GRUCell: cell(false),
  LSTMCell: cell(true),
  MultiheadAttention: attention,
};
