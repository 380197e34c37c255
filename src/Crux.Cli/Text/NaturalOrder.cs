using System.Globalization;

namespace Crux.Cli.Text;

/// <summary>The order of names that people expect: <c>node2</c> before <c>node10</c>.</summary>
internal static class NaturalOrder
{
    public static StringComparer Instance { get; } = StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering);
}
