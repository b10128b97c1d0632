/** Steps through the lesson: by a slider and buttons, which keys work too, or by itself until it is paused. */
import { element, setAttribute, setText } from "../shared/dom.ts";
import type { MessageKey, Translate } from "../shared/l10n.ts";
import { costOf, type LessonSizes, placesOf } from "./counting.ts";

/** More steps than these are no fun to watch; each then takes several places of the kernel. */
const MOST_STEPS = 243;
/** Milliseconds. */
const WHOLE_PLAY = 20_000;
const SLOWEST_STEP = 250;

export interface Length {
  /** Places of the kernel that the standard convolution makes; more where the separable form costs more. */
  readonly all: number;
  /** Places a step. */
  readonly places: number;
  readonly steps: number;
  /** Steps at which a channel, a filter, and everything is counted. */
  readonly stages: readonly number[];
}

export function lengthOf(sizes: LessonSizes): Length {
  const cost = costOf(sizes);
  const elements = sizes.kernel.reduce((a, b) => a * b, 1);
  const all = Math.max(placesOf(sizes), Math.ceil(cost.separable / elements));
  const places = Math.max(1, Math.ceil(all / MOST_STEPS));
  const steps = Math.ceil(all / places);
  const counts = [cost.channelAndFilter, cost.depthwise.macs, cost.filter, cost.separable, cost.whole.macs];
  const stages = counts.map((count) => Math.ceil(count / elements / places));
  return { all, places, steps, stages: [...new Set([...stages, steps])].sort((a, b) => a - b) };
}

export interface Player {
  readonly element: HTMLElement;
  readonly setLength: (length: Length) => void;
  readonly stop: () => void;
}

export function player(t: Translate, draw: (step: number, isPlaying: boolean) => void): Player {
  let length: Length = { all: 0, places: 1, steps: 0, stages: [] };
  let step = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const range = element("input", { type: "range", min: 0, step: 1, "aria-label": t("lesson.step") });
  const place = element("span", { class: "lesson-value" });
  const press = (sign: string, name: MessageKey, act: () => void): HTMLButtonElement => {
    const made = element("button", { type: "button", title: t(name), "aria-label": t(name) }, sign);
    made.addEventListener("click", act);
    return made;
  };
  const toggle = press("", "lesson.play", () => {
    // Who wants no motion gets the next picture that says something new.
    if (still.matches) go(length.stages.find((stage) => stage > step) ?? 0);
    else if (timer === undefined) play();
    else stop();
  });
  toggle.classList.add("lesson-play");
  range.addEventListener("input", () => go(Number(range.value)));
  still.addEventListener("change", () => stop());

  function go(to: number): void {
    step = Math.min(Math.max(to, 0), length.steps);
    stop();
  }
  function play(): void {
    if (step === length.steps) step = 0;
    timer = setInterval(advance, Math.min(SLOWEST_STEP, WHOLE_PLAY / Math.max(1, length.steps)));
    render();
  }
  function advance(): void {
    step = Math.min(step + 1, length.steps);
    // A page that was taken out of the document moves no more.
    if (step === length.steps || !host.isConnected) stop();
    else render();
  }
  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    render();
  }
  function render(): void {
    range.max = String(length.steps);
    range.value = String(step);
    const text = t("lesson.step.of", step, length.steps);
    setAttribute(range, "aria-valuetext", text);
    setText(place, text);
    const name = still.matches ? "lesson.stage" : timer === undefined ? "lesson.play" : "lesson.pause";
    setText(toggle, t(name));
    setAttribute(toggle, "aria-label", t(name));
    setAttribute(toggle, "title", t(name));
    draw(step, timer !== undefined);
  }

  const host = element(
    "div",
    { class: "lesson-player" },
    toggle,
    press("|◀", "lesson.start", () => go(0)),
    press("◀", "lesson.previous", () => go(step - 1)),
    press("▶", "lesson.next", () => go(step + 1)),
    press("▶|", "lesson.end", () => go(length.steps)),
    range,
    place,
  );
  return {
    element: host,
    setLength: (next) => {
      length = next;
      go(0);
    },
    stop,
  };
}
