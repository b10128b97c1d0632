import { describe, expect, it } from "vitest";
import { reportPage } from "../../src/extension/reportPage.ts";
import { layer, report } from "../webview/report.ts";

function html(name: string, script = "start();"): string {
  const message = {
    ...({ type: "report", report: report([layer(name)]), unit: "MACs", locale: "en" } as const),
    budgetMacs: null,
  };
  return reportPage({ title: "<net>", locale: "en", script, style: "p{}", message, state: null }, "abc");
}

describe("the HTML report", () => {
  it("holds the data in a form that reads back as it was", () => {
    const [, data = ""] =
      /<script nonce="abc" id="data" type="application\/json">(.*?)<\/script>/s.exec(html("conv")) ?? [];
    expect(JSON.parse(data).message.report.layers[0].name).toBe("conv");
  });

  it("lets no name from code, nor the bundle, end a script", () => {
    const page = html("</script><script>alert(1)</script>", 'const end = "</script>";');
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page.match(/<\/script>/g)).toHaveLength(3);
    expect(page).toContain("<title>&#60;net&#62;</title>");
  });

  it("loads nothing from anywhere", () => {
    expect(html("conv")).toContain("default-src 'none'; script-src 'nonce-abc'");
  });
});
