// What a file is, by its name first (a server only guesses from it, too): its icon, its tint, how it can be shown.

export type Kind =
  | 'folder'
  | 'image'
  | 'video'
  | 'audio'
  | 'pdf'
  | 'text'
  | 'code'
  | 'sheet'
  | 'slides'
  | 'document'
  | 'archive'
  | 'other'

const extensions: Readonly<Record<Exclude<Kind, 'folder' | 'other'>, string>> = {
  image: 'jpg jpeg png gif webp avif svg bmp ico heic heif tif tiff',
  video: 'mp4 m4v mov webm mkv avi mpg mpeg',
  audio: 'mp3 m4a ogg oga opus flac wav aac',
  pdf: 'pdf',
  text: 'txt md markdown log rst org tex nfo srt vtt ics vcf eml',
  code: 'js ts mjs cjs jsx tsx json html htm css scss xml yaml yml toml ini conf sh bash py rb go rs c h cc cpp hpp java kt swift php pl lua sql diff patch',
  sheet: 'csv tsv xls xlsx ods',
  slides: 'ppt pptx odp key',
  document: 'doc docx odt rtf pages epub',
  archive: 'zip tar gz tgz bz2 xz zst 7z rar jar iso',
}

const byExtension = new Map(
  Object.entries(extensions).flatMap(([kind, list]) =>
    list.split(' ').map((extension) => [extension, kind as Kind] as const),
  ),
)

export const kindOf = (file: { readonly name: string; readonly type: string; readonly folder: boolean }): Kind => {
  if (file.folder) return 'folder'
  const dot = file.name.lastIndexOf('.')
  const known = dot < 0 ? undefined : byExtension.get(file.name.slice(dot + 1).toLowerCase())
  if (known !== undefined) return known
  const main = file.type.split('/')[0]
  if (main === 'image' || main === 'video' || main === 'audio' || main === 'text') return main
  return file.type === 'application/pdf' ? 'pdf' : 'other'
}

export const iconOf: Readonly<Record<Kind, string>> = {
  folder: 'folder',
  image: 'image',
  video: 'video',
  audio: 'audio',
  pdf: 'pdf',
  text: 'text',
  code: 'code',
  sheet: 'sheet',
  slides: 'slides',
  document: 'text',
  archive: 'zip',
  other: 'file',
}

/** Pictures that browsers draw; an SVG only ever as an image, where no script of it runs. */
const drawn = /\.(jpe?g|png|gif|webp|avif|svg|bmp|ico)$/i

export const isDrawn = (name: string): boolean => drawn.test(name)

export type Preview = 'image' | 'pdf' | 'text' | 'video' | 'audio' | 'none'

export const previewOf = (file: {
  readonly name: string
  readonly type: string
  readonly folder: boolean
}): Preview => {
  const kind = kindOf(file)
  if (kind === 'image')
    return isDrawn(file.name) || file.type === 'image/png' || file.type === 'image/jpeg' ? 'image' : 'none'
  if (kind === 'pdf' || kind === 'text' || kind === 'video' || kind === 'audio') return kind
  if (kind === 'code' || /\.(csv|tsv)$/i.test(file.name)) return 'text'
  return 'none'
}
