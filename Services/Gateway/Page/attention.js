// Where the model looked: a veil over the photograph, thin where it looked.

/**
 * A small picture of one word's map: dark where the model did not look, and a breath of white where
 * it looked most. A map that is much the same everywhere is dim everywhere.
 */
function veil({ rows, columns, maps }, word) {
  const map = maps[word];
  const mean = map.reduce((sum, weight) => sum + weight, 0) / map.length;
  const most = Math.max(...map, 3 * mean, 1e-9);
  const picture = new ImageData(columns, rows);
  map.forEach((weight, cell) => {
    const share = weight / most;
    picture.data.fill(255 * share ** 2, cell * 4, cell * 4 + 3);
    picture.data[cell * 4 + 3] = 255 * (0.8 - 0.66 * share);
  });
  const canvas = new OffscreenCanvas(columns, rows);
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

/** Draws a word's veil over all of a context's rectangle. */
export function drawVeil(context, attention, word, x, y, width, height) {
  const { rows, columns } = attention;
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  // Half a cell is drawn beyond the edges, so that the middles of the cells lie where they should.
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  const wide = new OffscreenCanvas(columns + 2, rows + 2);
  const edge = wide.getContext("2d");
  const small = veil(attention, word);
  edge.drawImage(small, 0, 0, columns + 2, rows + 2);
  edge.clearRect(1, 1, columns, rows);
  edge.drawImage(small, 1, 1);
  context.drawImage(
    wide, x - cellWidth, y - cellHeight, width + 2 * cellWidth, height + 2 * cellHeight);
  context.restore();
}

/**
 * One picture of a photograph and its sentence: the photograph once a word with where the model
 * looked, and the sentence below.
 */
export async function contactSheet(photograph, words, attention, caption) {
  const count = words.length + 1;
  const columns = Math.ceil(Math.sqrt(count * 1.1));
  const tile = 360;
  const scale = tile / Math.max(photograph.naturalWidth, photograph.naturalHeight);
  const [width, height] = [photograph.naturalWidth * scale, photograph.naturalHeight * scale];
  const [gap, label] = [16, 34];
  const rows = Math.ceil(count / columns);
  const canvas = new OffscreenCanvas(
    gap + columns * (width + gap), gap + rows * (height + label + gap) + 48);
  const context = canvas.getContext("2d");
  context.fillStyle = "#faf7f1";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "middle";
  for (let place = 0; place < count; place += 1) {
    const x = gap + (place % columns) * (width + gap);
    const y = gap + Math.floor(place / columns) * (height + label + gap);
    context.drawImage(photograph, x, y, width, height);
    if (place > 0) {
      if (attention) drawVeil(context, attention, place - 1, x, y, width, height);
      const { word, probability } = words[place - 1];
      const share = probability == null ? "" : `  ${Math.round(probability * 100)} %`;
      context.fillStyle = "#23201b";
      context.font = "20px Georgia, serif";
      context.fillText(word + share, x, y + height + label / 2, width);
    }
  }
  context.font = "24px Georgia, serif";
  context.fillText(caption, gap, canvas.height - 34, canvas.width - 2 * gap);
  return canvas.convertToBlob({ type: "image/png" });
}
