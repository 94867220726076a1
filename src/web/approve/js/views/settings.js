// The language, and what this app keeps.
import {h} from "../dom.js";
import {LANGUAGES} from "../i18n.js";

/**
 * @param {object} words
 * @param {{language: string, choose: (code: string) => void}} state language: "" follows the device
 * @returns {import("./frame.js").Screen}
 */
export function settingsView(words, {language, choose}) {
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
            h("h2", {}, words.t("settings.about")), h("p", {}, words.t("settings.about.key")),
            h("p", {}, words.t("settings.about.open"))),
    };
}
