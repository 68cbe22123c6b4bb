/** The texts of tasks that ended long ago. */
export const tasks: Readonly<Record<string, string>> = {
  Archive: '归档',
  'Tasks that ended long ago: the archive': '很久以前结束的任务：归档',
  'Tasks that ended while this master led, as far back as its archive reaches.':
    '此主节点领导期间结束的任务，直至其归档所及的最早时间。',
  'What ended while another one led is in the archive of that one, and on its page.':
    '其他主节点领导期间结束的任务在那个主节点的归档中，可在它的页面上查看。',
  'Tasks that ended while this one led: its archive': '此主节点领导期间结束的任务：它的归档',
  'This master keeps no archive of tasks; with --task_archive=FOLDER it does from then on.':
    '此主节点不保存任务归档；使用 --task_archive=文件夹 启动后才会保存。',
  'The master knows no framework {id} (any more).': '主节点（已）不认识框架 {id}。',
  'Looking …': '正在查找 …',
  Ended: '结束时间',
  'Show more of {count}': '显示更多（共 {count}）',
  'It ended long ago: this is from the archive. What it wrote may be gone with its sandbox.':
    '它早已结束：以下来自归档。它写下的内容可能已随沙箱一起消失。',
  'The master does not know this task (any more), and its archive does not reach back to it. What ended while another master led is in the archive of that one.':
    '主节点（已）不认识此任务，其归档中也没有它。其他主节点领导期间结束的任务在那个主节点的归档中。',
  'The master does not know this task (any more): it remembers the last completed tasks of a framework only, and keeps no archive (--task_archive).':
    '主节点（已）不认识此任务：它只记住每个框架最近完成的任务，且没有保存归档（--task_archive）。',
};
