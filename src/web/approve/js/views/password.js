// SPDX-License-Identifier: Apache-2.0
// A new password: the rules first, then the old one and the new one.
import {h} from "../dom.js";
import {problem} from "./frame.js";

/** What a company may ask for beyond the length, by the server's number. */
const STRENGTHS = {1: "self.strength.good", 2: "self.strength.strong", 3: "self.strength.excellent"};
const RULES = ["length", "strength", "well-known", "same", "used"];

/** Which words explain a refusal. */
function explained(words, answer, length) {
    if (answer.result === "PasswordRefused" && RULES.includes(answer.sRule))
        return problem(words, `Password-${answer.sRule}`, {n: length});
    if (answer.result === "WrongPassword")
        return problem(words, "WrongPassword", {n: answer.iAttemptRemaining ?? 0});
    return problem(words, words.has(`problem.${answer.result}.title`) ? answer.result : "UnknownError");
}

/** A password with a button that shows it. */
export function secretField(words, {id, label, autocomplete, hint}) {
    const input = h("input", {id, type: "password", autocomplete, spellcheck: "false", autocapitalize: "none", required: true,
        "aria-describedby": hint});
    input.addEventListener("input", () => input.removeAttribute("aria-invalid"));
    const button = h("button", {type: "button", class: "quiet show", "aria-controls": id, "aria-pressed": "false",
        "aria-label": `${words.t("self.show")}: ${label}`}, words.t("self.show"));
    button.addEventListener("click", () => {
        const isShown = input.type === "password";
        input.type = isShown ? "text" : "password";
        button.setAttribute("aria-pressed", String(isShown));
    });
    return {input, node: h("div", {class: "secret-field"}, h("label", {for: id}, label), h("div", {class: "beside"}, input, button))};
}

/**
 * @param {object} words
 * @param {object} state
 * @param {string} state.address for password managers
 * @param {string} state.back where the overview is
 * @param {number} state.length the least @param {number} state.strength the least, 0 to 3
 * @param {(old: string, now: string) => Promise<object|null>} state.change the answer that hindered it, or null
 * @returns {import("./frame.js").Screen}
 */
export function passwordView(words, {address, back, length, strength, change}) {
    const t = words.t;
    const old = secretField(words, {id: "old", label: t("self.password.old"), autocomplete: "current-password", hint: "trouble"});
    const now = secretField(words, {id: "new", label: t("self.password.new"), autocomplete: "new-password", hint: "rules trouble"});
    const trouble = h("div", {id: "trouble"});
    const button = h("button", {type: "submit", class: "main"}, t("self.password.change"));

    function complain(shown, input) {
        trouble.replaceChildren(shown);
        input?.setAttribute("aria-invalid", "true");
        input?.focus();
        trouble.scrollIntoView({block: "nearest"});
    }

    async function submit(event) {
        event.preventDefault();
        const empty = [old, now].find(({input}) => input.value === "");
        if (empty !== undefined) {
            complain(problem(words, "NoPassword"), empty.input);
            return;
        }
        button.disabled = true;
        trouble.replaceChildren();
        const answer = await change(old.input.value, now.input.value);
        button.disabled = false;
        if (answer !== null)
            complain(explained(words, answer, length), {WrongPassword: old.input, PasswordRefused: now.input}[answer.result]);
    }

    return {
        title: t("self.password.heading"), corner: "back", back,
        body: h("section", {class: "password"},
            h("h1", {}, t("self.password.heading")),
            h("ul", {class: "points", id: "rules"},
                h("li", {}, t("self.rule.length", {n: length})),
                STRENGTHS[strength] === undefined ? null : h("li", {}, t(STRENGTHS[strength])),
                h("li", {}, t("self.rule.known"))),
            h("form", {novalidate: true, onsubmit: submit},
                h("input", {type: "text", autocomplete: "username", value: address, readonly: true, hidden: true}),
                old.node, now.node, trouble,
                h("p", {class: "soft"}, t("self.password.ends")),
                h("div", {class: "actions"}, button))),
    };
}
