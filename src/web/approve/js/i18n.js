// SPDX-License-Identifier: Apache-2.0
// The words of the app in the language of its user. Each language is one file of strings with the same keys; a key
// that ends in ".one" has a sibling in ".other", and {n} chooses between them.
import de from "./lang/de.js";
import en from "./lang/en.js";
import es from "./lang/es.js";
import fr from "./lang/fr.js";
import ja from "./lang/ja.js";

/** Languages by their code; each names itself. */
export const LANGUAGES = {
    en: {name: "English", strings: en}, de: {name: "Deutsch", strings: de}, fr: {name: "Français", strings: fr},
    es: {name: "Español", strings: es}, ja: {name: "日本語", strings: ja}};

/** Units of an age: milliseconds of one, and how many of them are one of the next. */
const DAY = 86_400_000;
const SPANS = [["second", 1_000, 60], ["minute", 60_000, 60], ["hour", 3_600_000, 24], ["day", DAY, Infinity]];

/** Midnight before a moment, where the person is. */
const dayOf = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** @param {readonly string[]} wanted such as navigator.languages @returns {string} the first that there is; else "en" */
export function pickLanguage(wanted) {
    return wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((code) => code in LANGUAGES) ?? "en";
}

/** The person's own form of a language, in which times and numbers are written: "en-GB", not "en". */
function localeOf(code, wanted) {
    return wanted.find((tag) => tag.toLowerCase().split("-")[0] === code) ?? code;
}

/**
 * @param {string} code a key of LANGUAGES @param {object} [more] strings of a page's own, beside the app's
 * @param {readonly string[]} [wanted] the person's languages
 */
export function createWords(code, more = {}, wanted = globalThis.navigator?.languages ?? []) {
    const locale = localeOf(code, wanted);
    const strings = {...LANGUAGES[code].strings, ...more};
    const plural = new Intl.PluralRules(code);
    const number = new Intl.NumberFormat(locale);
    const clock = new Intl.DateTimeFormat(locale, {hour: "numeric", minute: "2-digit"});
    const day = new Intl.DateTimeFormat(locale, {dateStyle: "long"});
    const moment = new Intl.DateTimeFormat(locale, {dateStyle: "medium", timeStyle: "short"});
    const relative = new Intl.RelativeTimeFormat(locale, {numeric: "auto"});

    return {
        code, locale,
        has: (key) => key in strings,
        /** @param {string} key @param {object} [values] for the {names} in it; n also chooses the number's form */
        t(key, values = {}) {
            const form = values.n === undefined || key in strings ? key
                : `${key}.${plural.select(values.n) === "one" ? "one" : "other"}`;
            if (!(form in strings))
                throw new Error(`no words for ${form}`);
            return strings[form].replace(/\{(\w+)\}/g,
                (_, name) => typeof values[name] === "number" ? number.format(values[name]) : values[name]);
        },
        time: (date) => clock.format(date),
        date: (date) => day.format(date),
        moment: (date) => moment.format(date),
        /** The day of a moment that has been: "today", "yesterday". */
        since: (date, now = new Date()) => relative.format(Math.round((dayOf(date) - dayOf(now)) / DAY), "day"),
        /** @param {number} age milliseconds */
        ago(age) {
            const [unit, span] = SPANS.find(([, length, most]) => Math.round(age / length) < most);
            return relative.format(-Math.round(age / span), unit);
        },
    };
}
