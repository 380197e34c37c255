using System.Text;
using System.Text.Json;

namespace Crux.Simulator.Scenarios.Reading;

/// <summary>A JSON value that knows its line. Comments and trailing commas are allowed; a key that stands twice is not.</summary>
internal sealed record JsonPart(JsonTokenType Kind, string Text, int Line, IReadOnlyList<JsonPart> Items, IReadOnlyList<(string Key, int Line, JsonPart Value)> Keys)
{
    /// <summary>The longest file: nobody writes more by hand, and a wrong file name should not fill the memory.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly JsonReaderOptions Form = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16 };

    public static JsonPart Parse(string file, ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        try
        {
            var reader = new Utf8JsonReader(utf8, Form);
            var lines = new LineCount(utf8);
            reader.Read();
            var part = Read(file, ref reader, ref lines);
            while (reader.Read())
            {
            }
            return part;
        }
        catch (JsonException problem)
        {
            throw new ScenarioException(file, (int)(problem.LineNumber ?? 0) + 1, $"This is no JSON: {Reason(problem)}");
        }
    }

    /// <summary>What it is, for people.</summary>
    public string Describe() => Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => $"\"{Text}\"",
        _ => Text,
    };

    private static JsonPart Read(string file, ref Utf8JsonReader reader, ref LineCount lines)
    {
        var (kind, line) = (reader.TokenType, lines.At((int)reader.TokenStartIndex));
        var items = new List<JsonPart>();
        var keys = new List<(string Key, int Line, JsonPart Value)>();
        switch (kind)
        {
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Read(file, ref reader, ref lines));
                return new JsonPart(kind, "", line, items, keys);
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var (key, at) = (reader.GetString()!, lines.At((int)reader.TokenStartIndex));
                    if (keys.Exists(it => it.Key == key))
                        throw new ScenarioException(file, at, $"'{key}' stands twice.");
                    reader.Read();
                    keys.Add((key, at, Read(file, ref reader, ref lines)));
                }
                return new JsonPart(kind, "", line, items, keys);
            case JsonTokenType.String:
                return new JsonPart(kind, reader.GetString()!, line, items, keys);
            default:
                return new JsonPart(kind, Encoding.UTF8.GetString(reader.ValueSpan), line, items, keys);
        }
    }

    // The framework's sentence ends in a path and a line of its own.
    private static string Reason(JsonException problem)
    {
        var end = problem.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? problem.Message : problem.Message[..end];
    }

    private ref struct LineCount(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _at;
        private int _line = 1;

        public int At(int index)
        {
            for (; _at < index; _at++)
                _line += _text[_at] == '\n' ? 1 : 0;
            return _line;
        }
    }
}
