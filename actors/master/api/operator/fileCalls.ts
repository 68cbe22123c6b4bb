/** Calls about the files of this machine: the master's log. */
import { fileInfos, filePart } from '../../../../proto/api/fileCalls.ts';
import { MasterResponseType } from '../../../../proto/index.ts';
import { type OperatorCalls, withBody } from './call.ts';

export const fileCalls: OperatorCalls = {
  LIST_FILES: withBody('list_files', ({ path }, request, { files }) =>
    request.answerBy(
      fileInfos(files, path, request.principal).then((file_infos) => ({
        type: MasterResponseType.LIST_FILES,
        list_files: { file_infos },
      })),
    ),
  ),
  READ_FILE: withBody('read_file', (body, request, { files }) =>
    request.answerBy(
      filePart(files, body, request.principal).then((read_file) => ({
        type: MasterResponseType.READ_FILE,
        read_file,
      })),
    ),
  ),
};
