using System.Globalization;

namespace Crux.System.Load;

/// <summary>A verb and its <c>--key value</c> pairs.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public Arguments(string[] args)
    {
        Verb = args.Length > 0 ? args[0] : "";
        for (var i = 1; i + 1 < args.Length; i += 2)
            _values[args[i].TrimStart('-')] = args[i + 1];
    }

    public string Verb { get; }

    public string Required(string key) =>
        _values.TryGetValue(key, out var value) ? value : throw new ArgumentException($"'{Verb}' needs --{key}.");

    public string Optional(string key, string otherwise) => _values.GetValueOrDefault(key, otherwise);

    public int Number(string key, int otherwise) =>
        _values.TryGetValue(key, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
