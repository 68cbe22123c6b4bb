/** What the pages of masters, agents and frameworks say in whole sentences, and to those who hear them. */
export const sentences: Readonly<Record<string, string>> = {
  "The agent's own page": '代理自己的页面',
  'Offer what {hostname} has again?': '重新提供 {hostname} 的资源？',
  'The registry cannot be written since {when}: {reason}. Until it can, agents that come are not admitted, and neither policy nor maintenance can be changed ({waiting} change(s) wait). What runs goes on.':
    '自 {when} 起无法写入注册表：{reason}。恢复之前，新来的代理不会被接纳，策略和维护计划也无法更改（{waiting} 项更改在等待）。正在运行的不受影响。',
  'This master cannot begin to lead: its registry cannot be written since {when}: {reason}. Tasks go on meanwhile.':
    '此主节点无法开始领导：自 {when} 起无法写入注册表：{reason}。任务在此期间继续运行。',
  'Marathon cannot write its state: {reason}. Until it can, nothing can be changed. Instances go on.':
    'Marathon 无法写入其状态：{reason}。恢复之前无法做任何更改。实例继续运行。',
  'Show only lines of {name} with': '只显示 {name} 中含有以下内容的行',
  files: '文件',
  'then mark it gone for good': '然后将其永久标记为已移除',
};
