using System.CommandLine;
using Crux.Cli.Completion;
using Crux.Cli.Json;

namespace Crux.Cli.Commands;

/// <summary><c>crux completion</c>: the shell's side of completion. The words come from crux itself, so they are never out of date.</summary>
internal static class CompletionCommand
{
    /// <summary>How long a completion may ask the node for names; a shell that waits longer feels broken.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong([.. ShellScript.Shells]);
        var command = new TaughtCommand("completion", "Prints the script that makes your shell complete crux's words.")
        {
            Examples =
            [
                ("source <(crux completion bash)", "now; put it into ~/.bashrc for always"),
                ("crux completion zsh > \"${fpath[1]}/_crux\"", "for zsh"),
                ("crux completion fish > ~/.config/fish/completions/crux.fish", "for fish"),
            ],
        };
        command.Add(shell);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            var name = parsed.GetValue(shell)!;
            var script = ShellScript.For(name);
            return run.GuardAsync(
                _ =>
                {
                    run.Answer(() => new CompletionJson(name, script), to => to.Out.Write(script));
                    return Task.FromResult(ExitCode.Ok);
                },
                token);
        });
        return command;
    }
}
