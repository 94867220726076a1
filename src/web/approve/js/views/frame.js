// SPDX-License-Identifier: Apache-2.0
// What all screens have in common: the bar above, the place below it, what is said aloud, and the question before a step that
// cannot be undone.
import {h, icon, s} from "../dom.js";

const SLIDERS = "M4 7h9M19 7h1M16 4.5v5M4 17h1M11 17h9M8 14.5v5";
const BACK = "M15 5l-7 7 7 7";

function mark() {
    return s("svg", {viewBox: "0 0 32 32", class: "mark", "aria-hidden": "true", focusable: "false"},
        s("rect", {width: 32, height: 32, rx: 8}),
        s("path", {d: "M8.5 16.6l4.8 4.8L23.8 10.6", class: "tick"}), s("path", {d: "M9 25.5h14", class: "line"}));
}

/**
 * @typedef {object} Screen
 * @property {string} title of the document and, to assistive technology, of the screen
 * @property {Node} body has one h1
 * @property {"none"|"settings"|"back"} [corner] what the bar offers
 * @property {string} [back] where "back" leads; to what waits unless said
 * @property {() => void} [leave] called when another screen takes its place
 * @property {() => HTMLElement} [focus] what has the focus at first; the heading unless said
 */

/** Less height than this is little: a phone whose keyboard is open, or one that lies on its side. */
const TIGHT = 560;

/**
 * Keeps the style sheet informed of the keyboard on the screen: how much of the page it covers, in browsers that do not shrink the
 * page by it, and whether little is left to see.
 */
function watchKeyboard(element, view) {
    function fit() {
        // A page that was enlarged with two fingers shows less of itself, too.
        const isEnlarged = view.scale > 1.01;
        const covered = isEnlarged ? 0 : Math.max(0, window.innerHeight - view.height - view.offsetTop);
        element.style.setProperty("--covered", `${Math.round(covered)}px`);
        element.classList.toggle("tight", !isEnlarged && view.height < TIGHT);
    }
    view.addEventListener("resize", fit);
    view.addEventListener("scroll", fit);
    fit();
}

/** @param {HTMLElement} root @param {() => object} words */
export function createFrame(root, words) {
    const bar = h("header", {class: "bar"});
    const main = h("main");
    // Outside of what is replaced, or screen readers would miss it.
    const live = h("p", {class: "aloud", role: "status", "aria-live": "polite"});
    let screen = null;
    root.replaceChildren(bar, main, live);
    if (window.visualViewport)
        watchKeyboard(document.documentElement, window.visualViewport);

    function corner({corner: kind, back = "#/"}) {
        const t = words().t;
        if (kind === "settings")
            return h("a", {class: "corner", href: "#/settings", "aria-label": t("settings.title")}, icon(SLIDERS));
        if (kind === "back")
            return h("a", {class: "corner", href: back, "aria-label": t("back")}, icon(BACK));
        return null;
    }

    /** A question over the screen; "yes", or "no" and "" where it was closed. */
    function ask(title, text, yes, kind, fields) {
        return new Promise((resolve) => {
            const no = h("button", {type: "button", class: "quiet", autofocus: fields.length === 0,
                onclick: () => dialog.close("no")}, words().t("cancel"));
            const form = h("form", {method: "dialog", novalidate: true}, fields,
                h("div", {class: "actions"}, h("button", {type: "submit", class: kind, value: "yes",
                    // The second of two quick clicks was meant for the button that asked.
                    onclick: (event) => event.detail > 1 && event.preventDefault()}, yes), no));
            const dialog = h("dialog", {"aria-labelledby": "ask-title", "aria-describedby": "ask-text"},
                h("h2", {id: "ask-title"}, title), h("p", {id: "ask-text"}, text), form);
            dialog.addEventListener("close", () => {
                dialog.remove();
                resolve(dialog.returnValue);
            });
            root.append(dialog);
            dialog.showModal();
        });
    }

    return {
        /** @param {Screen} next */
        show(next) {
            screen?.leave?.();
            screen = next;
            document.title = `${next.title} · countersign`;
            document.documentElement.lang = words().code;
            bar.classList.toggle("has-back", next.corner === "back");
            bar.replaceChildren(...[h("span", {class: "brand"}, mark(), "countersign"), corner(next)].filter(Boolean));
            live.textContent = "";
            main.replaceChildren(next.body);
            window.scrollTo(0, 0);
            const heading = main.querySelector("h1");
            heading.tabIndex = -1;
            (next.focus?.() ?? heading).focus({preventScroll: true});
        },
        say(text) {
            live.textContent = text;
        },
        /** Removes a question without an answer, which counts as a no. */
        dismiss() {
            root.querySelector("dialog[open]")?.close();
        },
        /**
         * Asks before a step.
         * @param {{title: string, text: string, yes: string, isCalm?: boolean}} question isCalm: of a step that can be undone
         * @returns {Promise<boolean>}
         */
        async confirm({title, text, yes, isCalm = false}) {
            return await ask(title, text, yes, isCalm ? "main" : "danger", []) === "yes";
        },
        /**
         * Asks for a line of text.
         * @param {{title: string, text: string, value: string, yes: string, most: number}} question
         * @returns {Promise<string|null>}
         */
        async prompt({title, text, value, yes, most}) {
            const input = h("input", {type: "text", value, maxlength: most, "aria-labelledby": "ask-title",
                "aria-describedby": "ask-text", autocomplete: "off", spellcheck: "false", enterkeyhint: "done", autofocus: true});
            return await ask(title, text, yes, "main", [input]) === "yes" ? input.value : null;
        },
    };
}

/** What went wrong, in plain words, said aloud when it appears. */
export function problem(words, result, values) {
    return h("div", {class: "problem", role: "alert"},
        h("strong", {}, words.t(`problem.${result}.title`, values)), h("p", {}, words.t(`problem.${result}.text`, values)));
}

/** The first result that has words; the others are the server's trouble. */
export function worded(words, result) {
    return words.has(`problem.${result}.title`) ? result : "UnknownError";
}

/** An e-mail address had better break behind its "@" than anywhere. */
function breakable(value) {
    return typeof value === "string" ? value.split(/(?<=@)/).flatMap((part, i) => i === 0 ? [part] : [h("wbr"), part]) : value;
}

/** Names and values. @param {[string, string|Node, string?][]} rows */
export function facts(rows) {
    return h("dl", {class: "facts"}, rows.map(([name, value, kind]) =>
        h("div", {}, h("dt", {}, name), h("dd", {class: kind, dir: "auto"}, breakable(value)))));
}
