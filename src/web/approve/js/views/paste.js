// SPDX-License-Identifier: Apache-2.0
// The ways to an enrolment from within the app: its camera, and a field for the link.
import {h} from "../dom.js";
import {problem} from "./frame.js";

/**
 * @typedef {object} Ways
 * @property {(text: string) => boolean} paste goes on with an enrolment link; false where it is none
 * @property {(() => void)|null} scan shows the camera; null where this browser cannot read a code
 */

/**
 * @param {object} words
 * @param {Ways} ways
 * @returns {HTMLFormElement}
 */
export function pasteForm(words, {paste, scan}) {
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
        scan === null ? null : h("button", {type: "button", class: "main", onclick: scan}, words.t("scan.go")),
        h("label", {for: "link"}, words.t("home.paste")), input, trouble,
        h("div", {class: "actions"}, h("button", {type: "submit", class: "quiet"}, words.t("home.paste.go"))));
}
