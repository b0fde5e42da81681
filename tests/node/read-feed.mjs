// Read a feed document from standard input with the named parser and print its fields as JSON.
//
//   node read-feed.mjs PARSER < document
//   node read-feed.mjs PARSER --batch < JSON array of documents
//   node read-feed.mjs PARSER --raw < document        what the parser itself answers, as JSON
//
// Every parser answers in the same shape; a field that a parser does not hand on is null.

import { readFileSync } from "node:fs";
import { parseFeed as parseWithRowanManning } from "@rowanmanning/feed-parser";
import { parseFeed as parseWithFeedsmith } from "feedsmith";
import RssParser from "rss-parser";

const RAW = {
  feedsmith: parseWithFeedsmith,
  "rss-parser": (document) => new RssParser({ customFields: CUSTOM_FIELDS }).parseString(document),
  "feed-parser": (document) => parseWithRowanManning(document).toJSON(),
};
// What rss-parser knows nothing of it hands on to those who ask for it by name.
const CUSTOM_FIELDS = {
  item: [
    ["media:content", "media", { keepArray: true }],
    ["dc:publisher", "publisher"],
    ["dc:language", "itemLanguage"],
    ["source", "origins", { keepArray: true }],
    ["georss:point", "point"],
    ["georss:featurename", "placeName"],
  ],
};
const PARSERS = { feedsmith, "rss-parser": rssParser, "feed-parser": feedParser };

function feedsmith(document) {
  const { format, feed } = parseWithFeedsmith(document);
  const read = { rss: feedsmithRss, atom: feedsmithAtom, json: feedsmithJson }[format];
  return { format, ...read(feed) };
}

function feedsmithRss(feed) {
  return {
    title: feed.title ?? null,
    link: feed.link ?? null,
    language: feed.language ?? null,
    entries: (feed.items ?? []).map((item) => ({
      id: item.guid?.value ?? null,
      title: item.title ?? null,
      link: item.link ?? null,
      published: item.pubDate ?? null,
      updated: item.atom?.updated ?? null,
      authors: item.dc?.creators ?? [],
      categories: (item.categories ?? []).map((category) => category.name),
      summary: item.description ?? "",
      content: item.content?.encoded ?? "",
      enclosures: (item.enclosures ?? []).map(({ url, type, length }) => ({ url, type, length })),
      publisher: item.dc?.publishers?.[0] ?? "",
      language: item.dc?.languages?.[0] ?? feed.language,
      origin: [item.source?.title ?? "", item.source?.url ?? ""],
      place: feedsmithPlace(item.georss),
      ...feedsmithFiles(item.media),
    })),
  };
}

function feedsmithAtom(feed) {
  return {
    title: feed.title?.value ?? null,
    link: linkTo(feed.links, "alternate"),
    language: feed.xml?.lang ?? null,
    entries: (feed.entries ?? []).map((entry) => ({
      id: entry.id ?? null,
      title: entry.title?.value ?? null,
      link: linkTo(entry.links, "alternate"),
      published: entry.published ?? null,
      updated: entry.updated ?? null,
      authors: (entry.authors ?? []).map((author) => author.name),
      categories: (entry.categories ?? []).map((category) => category.label),
      summary: entry.summary?.value ?? "",
      content: entry.content?.value ?? "",
      enclosures: (entry.links ?? [])
        .filter((link) => link.rel === "enclosure")
        .map(({ href, type, length }) => ({ url: href, type, length })),
      publisher: entry.dc?.publishers?.[0] ?? "",
      language: entry.xml?.lang ?? feed.xml?.lang,
      origin: [entry.source?.title?.value ?? "", entry.source?.id ?? ""],
      place: feedsmithPlace(entry.georss),
      ...feedsmithFiles(entry.media),
    })),
  };
}

function feedsmithJson(feed) {
  return {
    title: feed.title ?? null,
    link: feed.home_page_url ?? null,
    language: feed.language ?? null,
    entries: (feed.items ?? []).map((item) => ({
      id: item.id ?? null,
      title: item.title ?? null,
      link: item.url ?? null,
      published: item.date_published ?? null,
      updated: item.date_modified ?? null,
      authors: (item.authors ?? []).map((author) => author.name),
      categories: item.tags ?? [],
      summary: item.summary ?? "",
      content: item.content_html ?? "",
      enclosures: (item.attachments ?? []).map((attachment) => ({
        url: attachment.url,
        type: attachment.mime_type,
        length: attachment.size_in_bytes,
      })),
      publisher: null,
      language: item.language ?? null,
      photos: null,
      documents: null,
    })),
  };
}

function feedsmithPlace(georss) {
  const point = georss?.point ? `${georss.point.lat.toFixed(5)} ${georss.point.lng.toFixed(5)}` : "";
  return [point, georss?.featureName ?? ""];
}

function feedsmithFiles(media) {
  const contents = media?.contents ?? [];
  const file = ({ url, type, fileSize }) => ({ url, media_type: type, size_bytes: fileSize });
  return {
    photos: contents
      .filter((content) => content.medium === "image")
      .map((content) => ({
        ...file(content),
        width_px: content.width ?? null,
        height_px: content.height ?? null,
        caption: content.description?.value ?? "",
        credit: content.credits?.[0]?.value ?? "",
        thumbnail_url: content.thumbnails?.[0]?.url ?? "",
        thumbnail_width_px: content.thumbnails?.[0]?.width ?? null,
        thumbnail_height_px: content.thumbnails?.[0]?.height ?? null,
      })),
    documents: contents
      .filter((content) => content.medium === "document")
      .map((content) => ({ ...file(content), title: content.title?.value ?? "" })),
  };
}

async function rssParser(document) {
  const feed = await new RssParser({ customFields: CUSTOM_FIELDS }).parseString(document);
  const format = feed.items.some((item) => item.guid) || feed.docs ? "rss" : "atom";
  return {
    format,
    title: feed.title ?? null,
    link: feed.link ?? null,
    language: feed.language ?? null,
    entries: feed.items.map((item) => ({
      id: item.guid ?? item.id ?? null,
      title: item.title ?? null,
      link: item.link ?? null,
      published: item.isoDate ?? null,
      updated: null,
      // It hands on the first author only.
      authors: null,
      categories: format === "rss" ? (item.categories ?? []).map((category) => category._ ?? category) : null,
      summary: (format === "rss" ? item.content : item.summary) ?? "",
      content: (format === "rss" ? item["content:encoded"] : item.content) ?? "",
      enclosures: format === "rss" ? enclosureOf(item) : null,
      publisher: item.publisher ?? "",
      language: format === "rss" ? (item.itemLanguage ?? feed.language) : null,
      origin: rssParserOrigin(item.origins, format),
      place: [item.point ?? "", item.placeName ?? ""],
      ...rssParserFiles(item.media ?? []),
    })),
  };
}

function rssParserOrigin([origin] = [], format) {
  if (!origin) {
    return ["", ""];
  }
  return format === "rss" ? [origin._, origin.$.url] : [origin.title[0], origin.id[0]];
}

function enclosureOf({ enclosure }) {
  return enclosure ? [{ url: enclosure.url, type: enclosure.type, length: Number(enclosure.length) }] : [];
}

// Elements that it knows nothing of it hands on as they are: attributes below `$`, text beside them below `_`.
function rssParserFiles(contents) {
  const text = ([element] = [""]) => element._ ?? element;
  const number = (value) => (value === undefined ? null : Number(value));
  const file = ({ url, type, fileSize }) => ({ url, media_type: type, size_bytes: Number(fileSize) });
  return {
    photos: contents
      .filter((content) => content.$.medium === "image")
      .map((content) => {
        const thumbnail = content["media:thumbnail"]?.[0].$;
        return {
          ...file(content.$),
          width_px: number(content.$.width),
          height_px: number(content.$.height),
          caption: text(content["media:description"]),
          credit: text(content["media:credit"]),
          alternative_text: text(content["bantin:alternative-text"]),
          thumbnail_url: thumbnail?.url ?? "",
          thumbnail_width_px: number(thumbnail?.width),
          thumbnail_height_px: number(thumbnail?.height),
        };
      }),
    documents: contents
      .filter((content) => content.$.medium === "document")
      .map((content) => ({
        ...file(content.$),
        title: text(content["media:title"]),
        reference: text(content["bantin:reference"]),
      })),
  };
}

function feedParser(document) {
  const feed = parseWithRowanManning(document).toJSON();
  return {
    format: feed.meta.type,
    title: feed.title,
    link: feed.url,
    language: feed.language,
    entries: feed.items.map((item) => ({
      id: item.id,
      title: item.title,
      link: item.url,
      published: item.published,
      // In RSS it takes the publication for the update.
      updated: feed.meta.type === "atom" ? item.updated : null,
      authors: item.authors.map((author) => author.name),
      categories: item.categories.map((category) => category.label),
      summary: item.description ?? "",
      content: item.content ?? "",
      enclosures: null,
      publisher: null,
      // It counts an enclosure and the media:content with the same address as one.
      photos: null,
      documents: null,
    })),
  };
}

function linkTo(links, rel) {
  return links?.find((link) => link.rel === rel)?.href ?? null;
}

const [name, mode] = process.argv.slice(2);
const parse = PARSERS[name];
if (!parse) {
  console.error(`no parser ${name}; known: ${Object.keys(PARSERS).join(", ")}`);
  process.exit(2);
}
const input = readFileSync(0, "utf8");
if (mode === "--raw") {
  process.stdout.write(JSON.stringify(await RAW[name](input)));
  process.exit(0);
}
const answers = [];
for (const document of mode === "--batch" ? JSON.parse(input) : [input]) {
  answers.push(await parse(document));
}
process.stdout.write(JSON.stringify(mode === "--batch" ? answers : answers[0]));
