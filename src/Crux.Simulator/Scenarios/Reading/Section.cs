using System.Globalization;
using System.Text.Json;

namespace Crux.Simulator.Scenarios.Reading;

/// <summary>One object of a scenario file, read key by key. What was not read by the end is an error, with what could have been meant.</summary>
internal sealed class Section
{
    private readonly string _file;
    private readonly JsonPart _part;
    private readonly SortedDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly Action<string, string>? _heard;

    /// <param name="heard">Hears each key that could stand here, with what it may be: the documentation is tested against it.</param>
    public Section(string file, string name, JsonPart part, Action<string, string>? heard = null)
    {
        (_file, Name, _part, _heard) = (file, name, part, heard);
        if (part.Kind != JsonTokenType.StartObject)
            throw Problem(part.Line, $"{Upper(name)} is an object in braces, and {part.Describe()} stands here.");
    }

    public string Name { get; }

    public int Line => _part.Line;

    public bool Has(string key) => _part.Keys.Any(it => it.Key == key);

    public TimeSpan Span(string key, TimeSpan standard, TimeSpan least, TimeSpan most) => OptionalSpan(key, least, most, SpanOfTime.Text(standard)) ?? standard;

    public TimeSpan? OptionalSpan(string key, TimeSpan least, TimeSpan most, string standard = "none")
    {
        var range = $"{SpanOfTime.Text(least)} to {SpanOfTime.Text(most)}";
        if (Find(key, $"duration; {standard}; {range}") is not { } part)
            return null;
        if (part.Kind != JsonTokenType.String || !SpanOfTime.TryParse(part.Text, out var span))
            throw Problem(part.Line, $"'{key}' is {SpanOfTime.InWords}, and {part.Describe()} stands here.");
        return span >= least && span <= most ? span : throw Problem(part.Line, $"'{key}' is {part.Text}; it may be {range}.");
    }

    public double Number(string key, double standard, double least, double most) =>
        OptionalNumber(key, least, most, standard.ToString(CultureInfo.InvariantCulture)) ?? standard;

    public double? OptionalNumber(string key, double least, double most, string standard = "none")
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"{least} to {most}");
        if (Find(key, $"number; {standard}; {range}") is not { } part)
            return null;
        if (part.Kind != JsonTokenType.Number || !double.TryParse(part.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw Problem(part.Line, $"'{key}' is a number from {range}, and {part.Describe()} stands here.");
        return number >= least && number <= most ? number : throw Problem(part.Line, $"'{key}' is {part.Text}; it may be {range}.");
    }

    public int Whole(string key, int standard, int least, int most) => OptionalWhole(key, least, most, standard.ToString(CultureInfo.InvariantCulture)) ?? standard;

    public int? OptionalWhole(string key, int least, int most, string standard = "none")
    {
        if (OptionalNumber(key, least, most, standard) is not { } number)
            return null;
        return number == Math.Floor(number) ? (int)number : throw Problem(LineOf(key), $"'{key}' is a whole number.");
    }

    public bool Flag(string key, bool standard)
    {
        if (Find(key, $"true or false; {(standard ? "true" : "false")}") is not { } part)
            return standard;
        return part.Kind is JsonTokenType.True or JsonTokenType.False
            ? part.Kind == JsonTokenType.True
            : throw Problem(part.Line, $"'{key}' is true or false, and {part.Describe()} stands here.");
    }

    public string Text(string key, string standard, int longest)
    {
        if (Find(key, $"text; \"{standard}\"; at most {longest} characters") is not { } part)
            return standard;
        if (part.Kind != JsonTokenType.String)
            throw Problem(part.Line, $"'{key}' is text in quotes, and {part.Describe()} stands here.");
        return part.Text.Length <= longest ? part.Text : throw Problem(part.Line, $"'{key}' has {part.Text.Length} characters; it may have {longest}.");
    }

    public string Choice(string key, string standard, params string[] choices)
    {
        if (Find(key, $"{string.Join(", ", choices)}; {standard}") is not { } part)
            return standard;
        if (part.Kind == JsonTokenType.String && choices.Contains(part.Text))
            return part.Text;
        throw Problem(part.Line, $"'{key}' is {part.Describe()}; it may be {string.Join(", ", choices)}.{Meant(part.Text, choices)}");
    }

    /// <summary>A value that somebody else understands; null where it is missing.</summary>
    public JsonPart? Part(string key, string what) => Find(key, what);

    public Section? Object(string key) =>
        Find(key, "object") is { } part ? new Section(_file, key, part, Below(key)) : null;

    public IEnumerable<Section> List(string key, int most)
    {
        if (Find(key, $"list; none; at most {most}") is not { } part)
            return [];
        if (part.Kind != JsonTokenType.StartArray)
            throw Problem(part.Line, $"'{key}' is a list in brackets, and {part.Describe()} stands here.");
        return part.Items.Count <= most
            ? part.Items.Select(item => new Section(_file, key, item, Below(key)))
            : throw Problem(part.Line, $"'{key}' has {part.Items.Count} entries; it may have {most}.");
    }

    /// <summary>Says that all keys were read.</summary>
    public void End()
    {
        foreach (var (key, line, _) in _part.Keys)
        {
            if (!_known.ContainsKey(key))
                throw Problem(line, $"'{key}' is no key of {Name}.{Meant(key, _known.Keys)} Keys: {string.Join(", ", _known.Keys)}.");
        }
    }

    public ScenarioException Problem(string key, string problem) => Problem(LineOf(key), problem);

    public ScenarioException Problem(int line, string problem) => new(_file, line, problem);

    private int LineOf(string key) => _part.Keys.Where(it => it.Key == key).Select(it => it.Line).DefaultIfEmpty(_part.Line).First();

    private JsonPart? Find(string key, string what)
    {
        _known[key] = what;
        _heard?.Invoke(key, what);
        return _part.Keys.Where(it => it.Key == key).Select(it => it.Value).FirstOrDefault();
    }

    private Action<string, string>? Below(string key) => _heard is { } heard ? (inner, what) => heard($"{key}.{inner}", what) : null;

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string Meant(string typed, IEnumerable<string> known) =>
        known.Where(word => IsNear(typed, word)).Take(1).Select(word => $" Did you mean '{word}'?").FirstOrDefault() ?? "";

    // One letter more, less or other; or the same but for its case; or the one begins with the other.
    private static bool IsNear(string typed, string word)
    {
        if (typed.Length == 0 || string.Equals(typed, word, StringComparison.OrdinalIgnoreCase) || word.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            return true;
        if (typed.StartsWith(word, StringComparison.OrdinalIgnoreCase) && typed.Length - word.Length <= 3)
            return true;
        if (Math.Abs(typed.Length - word.Length) > 1 || word.Length < 3)
            return false;
        var front = typed.Zip(word).TakeWhile(pair => pair.First == pair.Second).Count();
        var back = typed.Reverse().Zip(word.Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return front + back >= Math.Max(typed.Length, word.Length) - 1 || (front + back >= word.Length - 2 && typed.Length == word.Length);
    }
}
