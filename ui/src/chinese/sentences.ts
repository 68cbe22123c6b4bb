/** What the pages of masters, agents and frameworks say in whole sentences, and to those who hear them. */
export const sentences: Readonly<Record<string, string>> = {
  "The agent's own page": '代理自己的页面',
  'Offer what {hostname} has again?': '重新提供 {hostname} 的资源？',
  'Show only lines of {name} with': '只显示 {name} 中含有以下内容的行',
  files: '文件',
  'then mark it gone for good': '然后将其永久标记为已移除',
};
