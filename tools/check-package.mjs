// Looks at a package folder as those who install it will: that what it says of itself leads somewhere. Needs the packages of the checkout.

/** What publint has against the package in `folder`, suggestions included; empty when nothing. */
export async function complaintsOfPackage(folder) {
  const { publint } = await import("publint");
  const { formatMessage } = await import("publint/utils");
  const { messages, pkg } = await publint({ pkgDir: folder, level: "suggestion", strict: true, pack: false });
  return messages.map((message) => `${message.type}: ${formatMessage(message, pkg, { color: false })}`);
}
