namespace Crux.Cli.Completion;

/// <summary>What a shell needs to ask crux for the words that fit: each script hands over the line and the cursor.</summary>
internal static class ShellScript
{
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };

    // Bash breaks words at ':' and '=', and replaces only what follows the last break: that part is cut off what is offered.
    private const string Bash = """
        # crux, completion for bash. Load it with: source <(crux completion bash)
        _crux() {
            local line=${COMP_LINE:0:COMP_POINT} word prefix="" offered
            word=${line##*[[:space:]]}
            case $word in
                *[:=]*) prefix=${word%"${word##*[:=]}"} ;;
            esac
            COMPREPLY=()
            while IFS= read -r offered; do
                [[ $offered == "$word"* ]] && COMPREPLY+=("${offered#"$prefix"}")
            done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
            # A '-' must be typed before options are offered: commands come first.
            if [[ $word != -* ]]; then
                local kept=()
                for offered in "${COMPREPLY[@]}"; do [[ $offered == -* ]] || kept+=("$offered"); done
                COMPREPLY=("${kept[@]}")
            fi
            [[ ${#COMPREPLY[@]} -gt 0 || $line != *--@(out|socket)[[:space:]=]* ]] || compopt -o default 2>/dev/null
        }
        complete -F _crux crux

        """;

    private const string Zsh = """
        #compdef crux
        # crux, completion for zsh. Put it into a folder of $fpath as _crux, or load it with: source <(crux completion zsh)
        _crux() {
            local -a offered
            local line="${BUFFER[1,CURSOR]}"
            offered=("${(@f)$(crux "[suggest:${#line}]" "$line" 2>/dev/null)}")
            [[ ${PREFIX} == -* ]] || offered=("${(@)offered:#-*}")
            compadd -- "${(@)offered:#}"
        }
        if [[ ${funcstack[1]} == _crux ]]; then _crux "$@"; else compdef _crux crux; fi

        """;

    private const string Fish = """
        # crux, completion for fish. Put it into ~/.config/fish/completions/crux.fish
        function __crux_offered
            set -l line (commandline -cp)
            crux "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c crux -f -a '(__crux_offered)'

        """;
}
