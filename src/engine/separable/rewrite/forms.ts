/** The swapped form in each framework's idiom. */
import type { FrameworkId } from "../../contract/report.ts";
import { flaxForm } from "./flax.ts";
import { equinoxForm, haikuForm } from "./jax.ts";
import { kerasForm } from "./keras.ts";
import type { CallSite, Form } from "./site.ts";
import { tfjsForm } from "./tfjs.ts";
import { torchForm } from "./torch.ts";

const FORMS: Readonly<Record<FrameworkId, (site: CallSite) => Form>> = {
  torch: torchForm,
  keras: kerasForm,
  tfjs: tfjsForm,
  flax: flaxForm,
  haiku: haikuForm,
  equinox: equinoxForm,
};

export function formOf(site: CallSite): Form {
  return FORMS[site.framework](site);
}
