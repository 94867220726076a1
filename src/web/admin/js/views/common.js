// SPDX-License-Identifier: Apache-2.0
// What the views of the operator's console share: tables, times, buttons that do something, and what went wrong.
import {h} from "../../../../approve/js/dom.js";

/**
 * @typedef {object} Context what every view is given
 * @property {(operation: string, members?: object, how?: object) => Promise<object>} call of api.js
 * @property {(operation: string, rows: string, members?: object) => Promise<object>} whole of api.js
 * @property {object} words
 * @property {(key: string, values?: object) => string} t
 * @property {(role: string, operation: string) => boolean} may whether the operator's role suffices, and the server has the operation:
 *   what is shown; the server decides
 * @property {{isBusy: boolean}} deed one at a time: what the first one shows must not be taken away when a second one ends
 * @property {() => Promise<void>} reload shows the place again, if it is still the one on the screen
 * @property {(place: string) => void} go to another place, if this one is still on the screen
 * @property {(question: object) => Promise<boolean>} confirm
 * @property {(text: string) => void} say aloud
 * @property {object[]} companies within reach
 */

/** @param {string|undefined} iso @returns {Node|string} */
export function when(words, iso) {
    const date = new Date(iso ?? "");
    return Number.isNaN(date.getTime()) ? "" : h("time", {datetime: iso}, words.moment(date));
}

/** @param {number} n such as "1.2 sec" */
export const seconds = (words, n) => new Intl.NumberFormat(words.locale, {style: "unit", unit: "second", maximumFractionDigits: 1}).format(n);

/** What an answer that is not OK means; the server's own reason, which is English, stands below. */
export function problem(words, answer) {
    const key = words.has(`problem.${answer.result}.title`) ? answer.result : "UnknownError";
    return h("div", {class: "problem", role: "alert"},
        h("strong", {}, words.t(`problem.${key}.title`)), h("p", {}, words.t(`problem.${key}.text`, {n: 0})),
        answer.sReason === undefined ? null : h("p", {class: "soft", lang: "en"}, answer.sReason));
}

/**
 * @param {{caption: string, columns: [string, (row: object) => (Node|string|(Node|string)[]|null), string?][], rows: object[], none: string,
 *   kind?: (row: object) => string|undefined, isHidden?: boolean}} look columns: name, cell, class
 */
export function table({caption, columns, rows, none, kind = () => undefined}) {
    if (rows.length === 0)
        return h("div", {}, h("h2", {}, caption), h("p", {class: "none"}, none));
    const cell = (row) => ([name, of, type]) => h("td", {role: "cell", "data-name": name === "" ? undefined : name, class: type}, of(row) ?? "");
    // The roles stay where the style sheet makes cards of the rows.
    return h("table", {role: "table"}, h("caption", {}, caption),
        h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, columns.map(([name]) => name === "" ? h("td", {role: "cell"})
            : h("th", {scope: "col", role: "columnheader"}, name)))),
        h("tbody", {role: "rowgroup"}, rows.map((row) => h("tr", {role: "row", class: kind(row)}, columns.map(cell(row))))));
}

/** A short word about something. @param {"calm"|"plain"|undefined} [kind] the last: a warning */
export const tag = (text, kind) => h("span", {class: kind === undefined ? "tag" : `tag ${kind}`}, text);

/** Does it while nothing else is done here. */
export async function once({deed}, act) {
    deed.isBusy = true;
    const answer = await act();
    deed.isBusy = false;
    return answer;
}

/**
 * A button that does something.
 * @param {Context} ctx
 * @param {object} what
 * @param {string} what.label @param {string} [what.kind] @param {string} [what.more] what it is about, where others are labelled alike
 * @param {{title: string, text: string}} [what.question] asked before
 * @param {HTMLElement} what.trouble where it is said what hindered it
 * @param {() => Promise<object>} what.act
 * @param {(answer: object) => void} [what.done] default: the place is shown again
 */
export function action(ctx, {label, kind = "quiet", more, question, trouble, act, done = ctx.reload}) {
    const button = h("button", {type: "button", class: kind, "aria-label": more === undefined ? undefined : `${label}: ${more}`}, label);
    button.addEventListener("click", async () => {
        if (ctx.deed.isBusy || question !== undefined && !await ctx.confirm({...question, yes: label}))
            return;
        button.setAttribute("aria-disabled", "true");
        trouble.replaceChildren();
        const answer = await once(ctx, act);
        button.removeAttribute("aria-disabled");
        if (answer.result === "OK")
            await done(answer);
        else
            trouble.replaceChildren(problem(ctx.words, answer));
    });
    return button;
}

/** A labelled field. @param {object} attributes of the input, with its id */
export function field(label, attributes) {
    return [h("label", {for: attributes.id}, label), h("input", {type: "text", autocomplete: "off", spellcheck: "false", ...attributes})];
}

/** A labelled choice. @param {[string, string][]} options value and text */
export function choice(label, id, options, value) {
    return [h("label", {for: id}, label),
        h("select", {id}, options.map(([of, text]) => h("option", {value: of, selected: of === value}, text)))];
}

/** The choice of a company, or of all of them. */
export function companyChoice(ctx, value, withAll) {
    const all = withAll ? [["", ctx.t("company.all")]] : [];
    return choice(ctx.t("company"), "company", [...all, ...ctx.companies.map(({sCompany, sTitle}) => [sCompany, sTitle || sCompany])], value);
}

/** A form that finds something: it leads to a place with what was typed. @param {(values: (id: string) => string) => string} place */
export function findForm(ctx, fields, place) {
    const form = h("form", {class: "find", novalidate: true}, fields.map((pair) => h("div", {}, pair)),
        h("div", {}, h("button", {type: "submit", class: "quiet"}, ctx.t("find"))));
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        location.hash = place((id) => form.querySelector(`#${id}`).value.trim());
    });
    return form;
}

/** An address of a place with its parameters; empty ones are left out. */
export function placeOf(path, values = {}) {
    const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== undefined)).toString();
    return `#/${path}${query === "" ? "" : `?${query}`}`;
}

export const personPlace = (id) => placeOf(`person/${encodeURIComponent(id)}`);

/** The words of an event; those that have none in this language are shown as the server has them. */
export function eventWords(words, event) {
    return words.has(`event.${event.sEvent}`) ? words.t(`event.${event.sEvent}`) : h("span", {lang: "en"}, event.sWords || event.sEvent);
}

/** The account that an event is about. */
export function eventPerson(event) {
    return event.sTechnicianId === undefined ? null : h("a", {href: personPlace(event.sTechnicianId)}, event.sEmail || event.sTechnicianId);
}

const GOOD = ["login.granted", "push.approved", "account.unlocked"];
const BAD = /^(login\.refused|push\.(reported|rejected|wrong-number|failed|expired)|code\.refused|account\.locked|source\.refused|passkey\.refused)/;

/** How an event looks. */
export const eventKind = (event) => GOOD.includes(event.sEvent) ? "good" : BAD.test(event.sEvent) ? "bad" : undefined;

/** The members of an event's detail; none where it is not an object. */
export function detailOf(event) {
    try {
        return Object.entries(JSON.parse(event.sDetail ?? "{}")).map(([name, value]) => [name, String(value)]);
    } catch {
        return [];
    }
}
