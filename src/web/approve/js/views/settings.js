// SPDX-License-Identifier: Apache-2.0
// The language, one more account, and what this app keeps.
import {h} from "../dom.js";
import {LANGUAGES} from "../i18n.js";
import {pasteForm} from "./paste.js";

/**
 * @param {object} words
 * @param {{language: string, choose: (code: string) => void, ways: import("./paste.js").Ways, notify: Node, install: Node}} state
 *   language: "" follows the device; notify: about notifications; install: of the app
 * @returns {import("./frame.js").Screen}
 */
export function settingsView(words, {language, choose, ways, notify, install}) {
    const title = words.t("settings.title");
    const options = [h("option", {value: "", selected: language === ""}, words.t("settings.language.device")),
        ...Object.entries(LANGUAGES).map(([code, {name}]) =>
            h("option", {value: code, lang: code, selected: language === code}, name))];
    return {
        title, corner: "back",
        body: h("section", {class: "settings"},
            h("h1", {}, title),
            h("label", {for: "language"}, words.t("settings.language")),
            h("select", {id: "language", onchange: (event) => choose(event.target.value)}, options),
            notify, install,
            h("h2", {}, words.t("settings.add")), pasteForm(words, ways),
            h("h2", {}, words.t("settings.about")), h("p", {}, words.t("settings.about.key")),
            h("p", {}, words.t("settings.about.open"))),
    };
}
