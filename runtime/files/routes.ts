import type { HttpHandler } from '../http/request.ts';
import type { Files } from './files.ts';

/** `/files/browse`, `/files/read`, `/files/download`, `/files/debug`, for the actor that unknown paths belong to. */
export function fileRoutes(files: Files): { path: string; help: string; handler: HttpHandler }[] {
  return [
    {
      path: '/files/browse',
      help: 'Lists a folder, ?path=',
      handler: (request, reply) => files.browse(request, reply),
    },
    {
      path: '/files/read',
      help: 'A part of a file, ?path=, ?offset=, ?length=',
      handler: (request, reply) => files.read(request, reply),
    },
    {
      path: '/files/download',
      help: 'A whole file, ?path=',
      handler: (request, reply) => files.download(request, reply),
    },
    {
      path: '/files/debug',
      help: 'Which paths there are',
      handler: (request, reply) => files.debug(request, reply),
    },
  ];
}
