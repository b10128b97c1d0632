/** Which lines of a file make which layers of a network: the layer's own call, and those that led there. */
import type { LayerSite } from "../contract/engine.types.ts";
import type { Place, Report } from "../contract/report.ts";

/**
 * A layer counts at each call of the file on the way to it: in `conv3x3`, at `self.conv1 = conv3x3(…)`, and at
 * `self.layer1 = self._make_layer(…)`. A call that leads to all layers makes the network, which has its own line.
 */
export function sitesOf(report: Report, file: string): LayerSite[] {
  const sites = new Map<string, { at: Place; network: string; layers: number[]; isInnermost: boolean }>();
  for (const [index, layer] of report.layers.entries()) {
    const places = [layer.at, ...[...layer.path].reverse()].filter((place) => place.file === file);
    for (const [distance, at] of places.entries()) {
      const key = `${at.line}:${at.column}:${at.end_line}:${at.end_column}`;
      const site = sites.get(key) ?? { at, network: report.network, layers: [], isInnermost: false };
      if (distance === 0) site.isInnermost = true;
      if (site.layers.at(-1) !== index) site.layers.push(index);
      sites.set(key, site);
    }
  }
  return [...sites.values()]
    .filter(({ isInnermost, layers }) => isInnermost || layers.length < report.layers.length)
    .map(({ at, network, layers }) => ({ at, network, layers }));
}
