// SPDX-License-Identifier: Apache-2.0
// A button whose step may be hindered.
import {h} from "../dom.js";
import {problem, worded} from "./frame.js";

/**
 * @param {object} words
 * @param {object} look
 * @param {string} look.label @param {string} [look.kind] @param {string} [look.more] what it is about, where others are labelled alike
 * @param {HTMLElement} look.trouble where it is said what hindered it
 * @param {() => Promise<string|null>} act the result that hindered it, or null
 * @returns {HTMLButtonElement}
 */
export function step(words, {label, kind = "quiet", more, trouble}, act) {
    const button = h("button", {type: "button", class: kind, "aria-label": more === undefined ? undefined : `${label}: ${more}`}, label);
    let isBusy = false;
    button.addEventListener("click", async () => {
        if (isBusy)
            return;
        // Not disabled: a button that is loses the focus, and a question could not give it back.
        isBusy = true;
        button.setAttribute("aria-disabled", "true");
        trouble.replaceChildren();
        const result = await act();
        isBusy = false;
        button.removeAttribute("aria-disabled");
        if (result !== null) {
            trouble.replaceChildren(problem(words, worded(words, result)));
            trouble.scrollIntoView({block: "nearest"});
        }
    });
    return button;
}
