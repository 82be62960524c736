# Draws a sequence diagram as SVG: awk -f sequence.awk NAME.txt > NAME.svg
#   actors: A | B | C        the columns, from left to right
#   A -> B: text             a message
#   note A: text             what an actor does by itself
# Lines that begin with # are comments.
function escape(text) {
  gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); gsub(/"/, "\\&quot;", text)
  return text
}
function add(line) { body = body line "\n" }
BEGIN { step = 46; y = 84; gap = 250; left = 130 }
/^#/ || /^[ \t]*$/ { next }
/^actors:/ {
  sub(/^actors: */, "")
  count = split($0, names, / *\| */)
  for (i = 1; i <= count; i++) x[names[i]] = left + (i - 1) * gap
  next
}
/^note / {
  sub(/^note /, ""); at = index($0, ": ")
  name = substr($0, 1, at - 1); text = substr($0, at + 2)
  width = length(text) * 6.4 + 20; if (width < 120) width = 120
  from = x[name] - width / 2; if (from < 6) from = 6
  if (from + width > left + (count - 1) * gap + 124) from = left + (count - 1) * gap + 124 - width
  add(sprintf("<rect x=\"%.0f\" y=\"%d\" width=\"%.0f\" height=\"26\" rx=\"4\" fill=\"#fff6d6\" stroke=\"#c9a227\"/>", from, y - 15, width))
  add(sprintf("<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%s</text>", from + width / 2, y + 3, escape(text)))
  y += step; next
}
{
  at = index($0, " -> "); from = substr($0, 1, at - 1)
  rest = substr($0, at + 4); at = index(rest, ": ")
  to = substr(rest, 1, at - 1); text = substr(rest, at + 2)
  add(sprintf("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#1f4e8c\" stroke-width=\"1.5\" marker-end=\"url(#arrow)\"/>", x[from], y, x[to] + (x[from] < x[to] ? -5 : 5), y))
  add(sprintf("<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\">%s</text>", (x[from] + x[to]) / 2, y - 8, escape(text)))
  y += step
}
END {
  width = left * 2 + (count - 1) * gap; height = y - 6
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#1a1a1a\" role=\"img\">\n", width, height, width, height
  print "<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\" fill=\"#1f4e8c\"/></marker></defs>"
  printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height
  for (i = 1; i <= count; i++) {
    column = x[names[i]]
    printf "<line x1=\"%d\" y1=\"42\" x2=\"%d\" y2=\"%d\" stroke=\"#b8b8b8\"/>\n", column, column, height - 10
    printf "<rect x=\"%d\" y=\"12\" width=\"140\" height=\"30\" rx=\"6\" fill=\"#e8eef7\" stroke=\"#1f4e8c\"/>\n", column - 70
    printf "<text x=\"%d\" y=\"31\" text-anchor=\"middle\" font-weight=\"bold\">%s</text>\n", column, escape(names[i])
  }
  printf "%s", body
  print "</svg>"
}
