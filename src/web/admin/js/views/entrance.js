// SPDX-License-Identifier: Apache-2.0
// Where an operator comes in: the sign-in, and the passkey that a one-time link brings in.
import {h} from "../../../../approve/js/dom.js";
import {field, problem} from "./common.js";

/** @param {object} words @param {() => Promise<object>} signIn answers with what hindered it @returns {import("../../../../approve/js/views/frame.js").Screen} */
export function signInView(words, signIn) {
    const trouble = h("div", {});
    const button = h("button", {type: "button", class: "main", onclick: async () => {
        button.setAttribute("aria-disabled", "true");
        trouble.replaceChildren();
        const answer = await signIn();
        button.removeAttribute("aria-disabled");
        if (answer.result !== "OK")
            trouble.replaceChildren(problem(words, answer));
    }}, words.t("signin.go"));
    return {
        title: words.t("signin.title"),
        body: h("section", {class: "narrow"}, h("h1", {}, words.t("signin.title")), h("p", {}, words.t("signin.text")), trouble,
            h("div", {class: "actions"}, button)),
    };
}

/**
 * @param {object} words
 * @param {{welcome: object, use: (name: string) => Promise<object>, name: string}} state name: proposed for the passkey
 * @returns {import("../../../../approve/js/views/frame.js").Screen}
 */
export function linkView(words, {welcome, use, name}) {
    const trouble = h("div", {});
    const button = h("button", {type: "submit", class: "main"}, words.t("link.go"));
    const form = h("form", {novalidate: true}, field(words.t("link.name"), {id: "name", value: name, maxlength: 64}), trouble,
        h("div", {class: "actions"}, button));
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        button.disabled = true;
        trouble.replaceChildren();
        const answer = await use(form.querySelector("#name").value.trim());
        button.disabled = false;
        if (answer.result !== "OK")
            trouble.replaceChildren(problem(words, answer));
    });
    return {
        title: words.t("link.title"),
        body: h("section", {class: "narrow"}, h("h1", {}, words.t("link.title")),
            h("p", {}, words.t("link.text", {name: welcome.sName ?? "", address: welcome.sOperator ?? ""})), form),
    };
}
