// SPDX-License-Identifier: Apache-2.0
// The screens of a change of the password; the messages are the approver's.
import {h} from "../../approve/js/dom.js";
import {problem} from "../../approve/js/views/frame.js";
import {secretField} from "../../approve/js/views/password.js";
import {problemOf} from "./words.js";

/** A form with fields that must not be empty, and one button; what hinders is said above it. */
function form(words, {fields, go, submit, beside}) {
    const trouble = h("div", {id: "trouble"});
    const button = h("button", {type: "submit", class: "main"}, go);

    function complain(key, input) {
        trouble.replaceChildren(problem(words, key));
        input?.setAttribute("aria-invalid", "true");
        input?.focus();
        trouble.scrollIntoView({block: "nearest"});
    }

    async function submitted(event) {
        event.preventDefault();
        const empty = fields.find(({input}) => input.value.trim() === "");
        if (empty !== undefined) {
            complain(empty.missing, empty.input);
            return;
        }
        button.disabled = true;
        trouble.replaceChildren();
        const result = await submit(...fields.map(({input}) => input.value));
        button.disabled = false;
        if (result !== null)
            complain(problemOf(words, result));
    }

    const node = h("form", {novalidate: true, method: "post", onsubmit: submitted}, fields.map((field) => field.node), trouble,
        h("div", {class: "actions"}, button, beside));
    return {node, complain};
}

function textField({id, label, missing, ...attributes}) {
    const input = h("input", {id, type: "text", spellcheck: "false", autocapitalize: "none", required: true,
        "aria-describedby": "trouble", ...attributes});
    input.addEventListener("input", () => input.removeAttribute("aria-invalid"));
    return {input, missing, node: h("div", {class: "field"}, h("label", {for: id}, label), input)};
}

function passwordField(words, values) {
    return {...secretField(words, {hint: "trouble", ...values}), missing: "NoPassword"};
}

/**
 * @param {(email: string, old: string, now: string) => Promise<string|null>} change the result that hindered it, or null
 * @returns {import("../../approve/js/views/frame.js").Screen}
 */
export function formView(words, {change}) {
    const t = words.t;
    const fields = [
        textField({id: "email", label: t("account.email"), missing: "NoEmail", type: "email", autocomplete: "username", inputmode: "email"}),
        passwordField(words, {id: "old", label: t("self.password.old"), autocomplete: "current-password"}),
        passwordField(words, {id: "new", label: t("self.password.new"), autocomplete: "new-password"})];
    return {
        title: t("self.password.heading"),
        body: h("section", {}, h("h1", {}, t("self.password.heading")), h("p", {class: "lead"}, t("account.lead")),
            form(words, {fields, go: t("self.password.change"), submit: (email, ...both) => change(email.trim(), ...both)}).node),
    };
}

/**
 * @param {{number: string, useCode: (() => void)|null, cancel: () => void}} state useCode: null where the account has no codes
 * @returns {import("../../approve/js/views/frame.js").Screen}
 */
export function numberView(words, {number, useCode, cancel}) {
    const t = words.t;
    return {
        title: t("account.number.title"),
        body: h("section", {}, h("h1", {}, t("account.number.title")), h("p", {class: "lead"}, t("account.number.text")),
            h("p", {class: "match"}, number.replace(/(?<=^...)(?=...$)/, " ")),
            h("p", {class: "soft waits"}, t("account.number.waits")),
            h("div", {class: "actions"},
                useCode === null ? null : h("button", {type: "button", class: "quiet", onclick: useCode}, t("account.code.use")),
                h("button", {type: "button", class: "quiet", onclick: cancel}, t("cancel")))),
    };
}

/**
 * @param {object} state
 * @param {string|null} state.hindrance the result for which no push waits
 * @param {(code: string) => Promise<string|null>} state.validate the result that hindered it, or null @param {() => void} state.cancel
 * @returns {import("../../approve/js/views/frame.js").Screen}
 */
export function codeView(words, {hindrance, validate, cancel}) {
    const t = words.t;
    const field = textField({id: "code", label: t("account.code.label"), missing: "NoCode", autocomplete: "one-time-code", maxlength: 64});
    const {node, complain} = form(words, {fields: [field], go: t("account.code.go"), submit: validate,
        beside: h("button", {type: "button", class: "quiet", onclick: cancel}, t("cancel"))});
    if (hindrance !== null)
        complain(problemOf(words, hindrance));
    return {
        title: t("account.code.title"),
        body: h("section", {}, h("h1", {}, t("account.code.title")), h("p", {class: "lead"}, t("account.code.text")), node),
    };
}
