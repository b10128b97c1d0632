/** The lesson as a page of its own, which starts with the worked example. */

import { element } from "../shared/dom.ts";
import { translator } from "../shared/l10n.ts";
import { startTheme } from "../shared/theme.ts";
import { lessonPage } from "./page.ts";
import "../shared/base.css";
import "./lesson.css";

startTheme(() => {});
const t = translator(document.documentElement.lang || navigator.language);
const lesson = lessonPage(t);
document.title = t("lesson.title");
(document.getElementById("root") ?? document.body).replaceChildren(element("main", {}, lesson.element));
