/** Files of a node for those who look from outside. */
export { type Attached, type Attachment, type FilePart, type FileRow, Files } from './files.ts';
export { fileRoutes } from './routes.ts';
export { systemUserNames } from './userNames.ts';
