using System.Reflection;

namespace Crux.Client;

/// <summary>What a process is called where nobody said: its program's name, in the letters that names may have.</summary>
internal static class ProgramName
{
    public static string Current { get; } = Clean(Assembly.GetEntryAssembly()?.GetName().Name);

    private static string Clean(string? name)
    {
        var kept = new string([.. (name ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.').Take(NameRules.MaxLength)]).TrimStart('-', '_', '.');
        return kept.Length > 0 ? kept : "client";
    }
}
