/** What belongs into a secret of its own is now and then written into an address, and errors quote what they got. */

/** The text of an error without names and passwords of addresses: `http://…@10.0.0.1:2379`, `'…@10.0.0.1'`. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/:\/\/[^\s']*@/g, '://…@').replaceAll(/'[^\s'@:/]+:(?!\/\/)[^\s'@]*@/g, "'…@");
}
