// SPDX-License-Identifier: Apache-2.0
// The field for an enrolment link, for where links do not open in the app by themselves.
import {h} from "../dom.js";
import {problem} from "./frame.js";

/**
 * @param {object} words
 * @param {(text: string) => boolean} paste goes on with an enrolment link; false where it is none
 * @returns {HTMLFormElement}
 */
export function pasteForm(words, paste) {
    const trouble = h("div", {});
    const input = h("input", {id: "link", type: "url", autocomplete: "off", spellcheck: "false", placeholder: "https://…/approve/#…"});

    function submit(event) {
        event.preventDefault();
        if (!paste(input.value)) {
            trouble.replaceChildren(problem(words, "NoTicket"));
            input.focus();
        }
    }

    return h("form", {class: "paste", novalidate: true, onsubmit: submit},
        h("label", {for: "link"}, words.t("home.paste")), input, trouble,
        h("div", {class: "actions"}, h("button", {type: "submit", class: "quiet"}, words.t("home.paste.go"))));
}
