using System.Text;
using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Keeps what benches measured, one file of Markdown and one of JSON for each, under bench/results.</summary>
internal static class Results
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(string name, string story, string machine, IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder()
            .Append("# ").AppendLine(name).AppendLine().AppendLine(story).AppendLine()
            .Append("Ran on: ").AppendLine(machine).AppendLine()
            .AppendLine("| what | result | promised | held |").AppendLine("|---|---|---|---|");
        foreach (var row in rows)
            text.AppendLine($"| {row.What} | {row.Result} | {row.Goal} | {(row.Goal.Length == 0 ? "" : row.Held ? "yes" : "**no**")} |");
        text.AppendLine().AppendLine($"Again: `bench/run {name}`");
        var folder = Directory.CreateDirectory(Path.Combine(Programs.Root, "bench", "results")).FullName;
        File.WriteAllText(Path.Combine(folder, $"{name}.md"), text.ToString());
        File.WriteAllText(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(new { name, machine, rows }, Indented) + "\n");
    }
}
