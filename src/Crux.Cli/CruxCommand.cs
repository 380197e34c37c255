using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Crux.Cli.Commands;

namespace Crux.Cli;

/// <summary>The whole command line: builds it, reads it, runs it.</summary>
internal static class CruxCommand
{
    /// <summary>How long a command may take to end after Ctrl-C.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>Runs one command line and returns its exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var options = new GlobalOptions(terminal);
        var root = Build(terminal, options);
        var parsed = root.Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = Farewell,
        };
        if (parsed.Action is ParseErrorAction)
            return Misread(parsed, new CommandRun(terminal, options, parsed), root);
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>The tree of all commands.</summary>
    internal static RootCommand Build(Terminal terminal, GlobalOptions options)
    {
        var root = new RootCommand("Asks the fulcrum of this machine how it and its flock are.")
        {
            options.Socket,
            options.OperatorKey,
            options.Host,
            options.NodeId,
            options.Json,
            options.Timeout,
            StatusCommand.Create(terminal, options),
            MembersCommand.Create(terminal, options),
            ServicesCommand.Create(terminal, options),
            LookupCommand.Create(terminal, options),
            HealthCommand.Create(terminal, options),
            LeaderCommand.Create(terminal, options),
            BootCommand.Create(terminal, options),
            DoctorCommand.Create(terminal, options),
            FlockCommand.Create(terminal, options),
            WatchCommand.Create(terminal, options),
            LogCommand.Create(terminal, options),
            KeyCommand.Create(terminal, options),
            NodeCommand.Create(terminal, options),
            OperatorCommand.Create(terminal, options),
            AuditCommand.Create(terminal, options),
            TrustCommand.Create(terminal, options),
            SecretCommand.Create(terminal, options),
            SimCommand.Create(terminal, options),
            CompletionCommand.Create(terminal, options),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        // Words of another system: a path begins with a slash here.
        foreach (var alias in help.Aliases.Where(alias => alias.StartsWith('/')).ToList())
            help.Aliases.Remove(alias);
        help.Action = new TeachingHelp((HelpAction)help.Action!);
        // 'crux' alone is a question too.
        root.SetAction(parsed => help.Action is TeachingHelp teaching ? teaching.Invoke(parsed) : ExitCode.Usage);
        return root;
    }

    private static int Misread(ParseResult parsed, CommandRun run, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        var path = command is RootCommand ? "crux" : $"crux {PathOf(parsed)}";
        var typo = parsed.UnmatchedTokens.Select(token => Typos.Closest(token, Typos.WordsOf(command, root))).FirstOrDefault(word => word is not null);
        // The library lists choices one a line; an error is a sentence here.
        var problem = parsed.Errors[0].Message.TrimEnd('.').ReplaceLineEndings("\n").Replace(":\n\t", ": ", StringComparison.Ordinal).Replace("\n\t", ", ", StringComparison.Ordinal);
        return run.Fail(ExitCode.Usage, typo is null
            ? $"{problem}. See '{path} --help'."
            : $"{problem}. Did you mean '{typo}'? See '{path} --help'.");
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result is { Command: not RootCommand }; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Insert(0, result.Command.Name);
        return string.Join(' ', names);
    }
}
