using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Crux.Cli;

/// <summary>The usual help, then examples, and for the whole command the exit codes.</summary>
internal sealed class TeachingHelp(HelpAction usual) : SynchronousCommandLineAction
{
    public static readonly IReadOnlyList<(string Line, string Purpose)> RootExamples =
    [
        ("crux status", "how this node and its flock are"),
        ("crux lookup galumph2 --why", "who would be called, and why the others not"),
        ("crux watch", "what happens from now on"),
        ("crux members --json", "for a program"),
    ];

    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        var examples = command is TaughtCommand taught ? taught.Examples : command is RootCommand ? RootExamples : [];
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            var width = examples.Max(example => example.Line.Length);
            foreach (var (line, purpose) in examples)
                output.WriteLine($"  {line.PadRight(width)}  {purpose}");
            output.WriteLine();
        }
        if (command is RootCommand)
        {
            output.WriteLine("Exit codes: 0 done, 1 the answer is no, 2 usage, 3 no node there, 4 timeout, 5 refused, 130 interrupted");
            output.WriteLine();
        }
        return code;
    }
}
