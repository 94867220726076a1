// What to propose as the name of this device.

const SYSTEMS = [[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/CrOS/, "Chromebook"],
    [/Macintosh/, "Mac"], [/Linux/, "Linux"]];
const BROWSERS = [[/Edg\w*\//, "Edge"], [/OPR\//, "Opera"], [/SamsungBrowser\//, "Samsung Internet"],
    [/Firefox\/|FxiOS\//, "Firefox"], [/Chrome\/|CriOS\//, "Chrome"], [/Safari\//, "Safari"]];

const firstOf = (table, text) => table.find(([pattern]) => pattern.test(text))?.[1];

/** @param {string} userAgent @returns {string} such as "Android, Chrome"; empty where nothing is known */
export function deviceName(userAgent) {
    return [firstOf(SYSTEMS, userAgent), firstOf(BROWSERS, userAgent)].filter(Boolean).join(", ");
}
