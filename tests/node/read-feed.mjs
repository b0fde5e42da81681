// Read a feed document from standard input with the named parser and print its fields as JSON.
//
//   node read-feed.mjs PARSER < document
//   node read-feed.mjs PARSER --batch < JSON array of documents
//
// Every parser answers in the same shape; a field that a parser does not hand on is null.

import { readFileSync } from "node:fs";
import { parseFeed as parseWithRowanManning } from "@rowanmanning/feed-parser";
import { parseFeed as parseWithFeedsmith } from "feedsmith";
import RssParser from "rss-parser";

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
      publisher: item.dc?.publishers?.[0] ?? null,
      photos: feedsmithPhotos(item.media),
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
      publisher: entry.dc?.publishers?.[0] ?? null,
      photos: feedsmithPhotos(entry.media),
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
      photos: null,
    })),
  };
}

function feedsmithPhotos(media) {
  return (media?.contents ?? []).map((content) => ({
    url: content.url,
    caption: content.description?.value ?? "",
    credit: content.credits?.[0]?.value ?? "",
  }));
}

async function rssParser(document) {
  const feed = await new RssParser().parseString(document);
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
      publisher: null,
      photos: null,
    })),
  };
}

function enclosureOf({ enclosure }) {
  return enclosure ? [{ url: enclosure.url, type: enclosure.type, length: Number(enclosure.length) }] : [];
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
      photos: null,
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
const answers = [];
for (const document of mode === "--batch" ? JSON.parse(input) : [input]) {
  answers.push(await parse(document));
}
process.stdout.write(JSON.stringify(mode === "--batch" ? answers : answers[0]));
