/**
 * The lesson: a convolution and its separable form side by side, stepped through place by place at the same number of
 * multiplications, with a slider for each size. Everything shown in pictures is said in words too.
 */
import { ratioText } from "../../src/present/formula.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import { formatExact } from "../shared/format.ts";
import type { MessageKey, Translate } from "../shared/l10n.ts";
import { type Setting, sizesOf, sliders } from "./controls.ts";
import { costOf, type LessonSizes, separableAt, standardAt, WORKED_EXAMPLE } from "./counting.ts";
import { type Factor, separableFactors, standardFactors } from "./factors.ts";
import type { LayerLesson } from "./fromLayer.ts";
import { grids, ratioCurve } from "./grids.ts";
import { depthwisePicture, pointwisePicture, standardPicture } from "./picture.ts";
import { lengthOf, player } from "./player.ts";

export interface LessonPage {
  readonly element: HTMLElement;
  /** Null: the worked example, because the layer that was asked for has no lesson. */
  readonly show: (layer: LayerLesson | null) => void;
  readonly showExample: () => void;
  /** Stops what moves. */
  readonly stop: () => void;
}

/** `back`: where the page was opened from a network. */
export function lessonPage(t: Translate, back?: () => void): LessonPage {
  let layer: LayerLesson | null = null;
  let setting: Setting = settingOf(WORKED_EXAMPLE);
  const close = element(
    "button",
    { type: "button", class: "link", hidden: back === undefined },
    t("lesson.back"),
  );
  close.addEventListener("click", () => back?.());
  const worked = element("button", { type: "button", class: "link" }, t("lesson.worked"));
  const own = element("button", { type: "button", class: "link", hidden: true });
  worked.addEventListener("click", () => begin(WORKED_EXAMPLE));
  own.addEventListener("click", () => layer && begin(layer.sizes));
  const notice = element("p", { class: "notice", hidden: true }, t("lesson.none"));
  const standard = form(t, ["channel", "filter", "all"], "standard");
  const separable = form(t, ["depthwise", "pointwise", "sum"], "separable");
  const misfit = element("p", { class: "notice", hidden: true }, t("lesson.misfit"));
  const partial = element("p", { class: "muted" }, t("lesson.partial"));
  const jump = element("p", { class: "muted" });
  const repeated = element("p", { class: "muted" });
  const said = element("p", { class: "visually-hidden", "aria-live": "polite" });
  const play = player(t, draw);
  const controls = sliders(t, (step) => {
    setting = step(setting);
    restart();
  });
  const scaled = element("p", { class: "muted" });
  const positions = element("p", { class: "muted" });
  const curve = element("div", {});
  const ratio = element("p", {});
  const grouped = element("p", { class: "muted" });
  const limit = element("p", { class: "muted" });
  const host = element(
    "section",
    { class: "lesson" },
    element("header", { class: "lesson-head" }, element("h1", {}, t("lesson.title")), close, worked, own),
    element("p", { class: "muted" }, t("lesson.about")),
    notice,
    misfit,
    play.element,
    element("div", { class: "lesson-forms" }, standard.element, separable.element),
    element("div", { class: "lesson-notes" }, partial, jump, repeated),
    said,
    element(
      "div",
      { class: "lesson-forms" },
      element("section", {}, element("h2", {}, t("lesson.sizes")), controls.element, scaled, positions),
      element("section", {}, element("h2", {}, t("lesson.ratio")), curve, ratio, grouped, limit),
    ),
  );

  function begin(sizes: LessonSizes): void {
    setting = settingOf(sizes);
    restart();
  }

  function restart(): void {
    const sizes = sizesOf(setting);
    const cost = costOf(sizes);
    const length = lengthOf(sizes);
    misfit.hidden = cost.whole.macs > 0;
    controls.render(setting);
    worked.disabled = setting.sizes === WORKED_EXAMPLE;
    own.disabled = setting.sizes === layer?.sizes && setting.alpha === 1 && setting.rho === 1;
    setText(standard.title, sizes.groups > 1 ? t("lesson.grouped", sizes.groups) : t("lesson.standard"));
    jump.hidden = length.places === 1;
    setText(jump, t("lesson.jump", formatExact(length.places), formatExact(length.all)));
    const times = setting.sizes === layer?.sizes && setting.alpha * setting.rho === 1 ? layer.times : 1;
    repeated.hidden = times === 1;
    setText(repeated, t("lesson.times", times, formatExact(times * cost.whole.macs)));
    scaled.hidden = setting.alpha * setting.rho === 1;
    const { input, inChannels, outChannels, groups } = sizes;
    setText(scaled, t("lesson.scaled", input.join("×"), inChannels, outChannels, groups));
    setText(positions, t("lesson.positions", cost.terms.positions.join("×")));
    showRatio(sizes);
    play.setLength(length);
  }

  function showRatio(sizes: LessonSizes): void {
    const cost = costOf(sizes);
    const elements = sizes.kernel.reduce((a, b) => a * b, 1);
    curve.replaceChildren(ratioCurve(sizes.outChannels, elements, t("lesson.ratio.axis")));
    const figures = [formatExact(cost.separable), formatExact(cost.dense.macs)];
    setText(ratio, t("lesson.ratio.fact", ratioText(cost.terms), ...figures));
    grouped.hidden = sizes.groups === 1;
    const against = [formatExact(cost.separable), formatExact(cost.whole.macs)];
    setText(grouped, t("lesson.ratio.groups", sizes.groups, ...against));
    setText(limit, t("lesson.ratio.limit", Number((1 / elements).toPrecision(3))));
  }

  /** Words come when the reader steps or the picture stops, not with each move of a running one. */
  function draw(step: number, isPlaying: boolean): void {
    const sizes = sizesOf(setting);
    const cost = costOf(sizes);
    const length = lengthOf(sizes);
    const places = Math.min(step * length.places, length.all);
    const elements = sizes.kernel.reduce((a, b) => a * b, 1);
    const one = standardAt(sizes, places);
    const other = separableAt(sizes, places * elements);
    const greatest = Math.max(cost.whole.macs, cost.separable);
    const picture = standardPicture(sizes, one);
    standard.draw(picture);
    standard.showPhase(t("lesson.phase.standard"));
    standard.showFactors(standardFactors(sizes, one), one.count, cost.whole.macs);
    standard.showCounts(
      [Math.min(one.count, cost.channelAndFilter), Math.min(one.count, cost.filter), one.count],
      one.count / greatest,
    );
    const second =
      other.phase === "depthwise" ? depthwisePicture(sizes, other) : pointwisePicture(sizes, other);
    separable.draw(second);
    separable.showPhase(t(`lesson.phase.${other.phase}`));
    const target = other.phase === "depthwise" ? cost.depthwise.macs : cost.pointwise.macs;
    separable.showFactors(separableFactors(sizes, other), other[other.phase], target);
    separable.showCounts([other.depthwise, other.pointwise, other.count], other.count / greatest);
    partial.hidden = !picture.partial && !second.partial;
    if (isPlaying) return;
    const place = one.count === 0 ? 0 : ((one.count / elements - 1) % product(cost.terms.positions)) + 1;
    const where = [one.filter + 1, one.channel + 1, place, product(cost.terms.positions)];
    const counts = [formatExact(one.count), formatExact(cost.whole.macs)];
    const last = [formatExact(other.count), formatExact(cost.separable)];
    setText(said, t("lesson.said", step, length.steps, ...counts, ...where, ...last));
  }

  function show(asked: LayerLesson | null): void {
    layer = asked;
    own.hidden = asked === null;
    if (asked) setText(own, t("lesson.own", asked.name));
    begin(asked?.sizes ?? WORKED_EXAMPLE);
    // The reader's place: the page was opened by a link that is gone from sight.
    if (back) close.focus();
  }

  restart();
  return {
    element: host,
    show: (asked) => {
      notice.hidden = asked !== null;
      show(asked);
    },
    showExample: () => {
      notice.hidden = true;
      show(null);
    },
    stop: play.stop,
  };
}

type CountName = "channel" | "filter" | "all" | "depthwise" | "pointwise" | "sum";

function form(t: Translate, counts: readonly CountName[], kind: "standard" | "separable") {
  const title = element("h2", {}, t(`lesson.${kind}`));
  const phase = element("p", { class: "muted lesson-phase" });
  const drawing = grids([t("lesson.input"), t("lesson.kernel.short"), t("lesson.output")]);
  const formula = element("div", { class: "lesson-formula" });
  const fill = element("div", { class: "lesson-fill" });
  const figures = counts.map((name) => {
    const key: MessageKey = `lesson.count.${name}`;
    return { value: element("dd", {}), name: element("dt", { class: "muted" }, t(key)) };
  });
  const list = element("dl", { class: "lesson-counts" });
  list.append(...figures.map(({ value, name }) => element("div", {}, name, value)));
  return {
    element: element(
      "section",
      { class: `lesson-form ${kind}` },
      ...[title, phase, drawing.element, formula],
      element("div", { class: "lesson-bar", "aria-hidden": "true" }, fill),
      list,
    ),
    title,
    draw: drawing.draw,
    showPhase: (text: string) => setText(phase, text),
    showFactors: (factors: readonly Factor[], count: number, target: number) => {
      const parts = factors.map(({ symbol, value, progress, lit }) =>
        element(
          "span",
          { class: lit ? "lesson-factor lit" : "lesson-factor" },
          ...[element("b", {}, value), element("span", {}, symbol), element("span", {}, progress)],
        ),
      );
      const signs = parts.flatMap((part, place) => (place === 0 ? [part] : ["·", part]));
      formula.replaceChildren(...signs, ` = ${formatExact(target)}`);
      setAttribute(formula, "data-done", count === target);
    },
    showCounts: (values: readonly number[], fraction: number) => {
      for (const [place, { value }] of figures.entries()) setText(value, formatExact(values[place] ?? 0));
      fill.style.width = `${100 * (fraction || 0)}%`;
    },
  };
}

function settingOf(sizes: LessonSizes): Setting {
  return { sizes, alpha: 1, rho: 1 };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
