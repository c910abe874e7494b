// Shards, files of one statement OE.put("key","base64"), loaded on demand -> JSON, columns.
'use strict';
{
  const shards = new Map(), loading = new Map(), KINDS = {u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array};
  OE.put = (key, text) => shards.set(key, text);

  // A promise of the bytes of shard `key` in the file `path` below the site's root.
  function load(path, key) {
    if (!loading.has(key)) loading.set(key, new Promise(function (resolve, reject) {
      const script = OE.el('script', {src: OE.root + path});
      script.onload = () => resolve(Uint8Array.from(atob(shards.get(key)), c => c.charCodeAt()));
      script.onerror = () => reject(Error(path));
      document.head.append(script);
    }));
    return loading.get(key);
  }
  async function unzip(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  OE.json = async function (path, key) { // JSON begins with {, gzip with 1f
    const bytes = await load(path, key);
    return JSON.parse(new TextDecoder().decode(bytes[0] === 0x1f ? await unzip(bytes) : bytes));
  };

  // A board under one protocol: metadata, and table(row) -> Map of its columns with those that all rows share.
  OE.tab = async function (data) {
    const meta = await OE.json(`d/${data}/meta.js`, data + '.meta'), n = meta.samples.length;
    const columns = async function (file, kinds) {
      let bytes = await load(`d/${data}/${file}.js`, `${data}.${file}`), at = 0;
      if (meta.gzip) bytes = await unzip(bytes);
      return kinds.map(function ([name, kind]) {
        const type = KINDS[kind], start = at;
        at += n * type.BYTES_PER_ELEMENT;
        return [name, new type(bytes.slice(start, at).buffer)];
      });
    };
    const table = async row => new Map([['samples', new Uint8Array(n).fill(1)], ...await columns('g', meta.shared),
      ...await columns('s' + String(row.shard).padStart(3, '0'), row.columns)]);
    return {meta, table, data};
  };
}
